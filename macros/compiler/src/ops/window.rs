//! What operators with a window that moves over an image share: its geometry.

use crate::diagnostics::Problem;
use crate::graph::TensorId;
use crate::kernels::shapes::{Axis, Window};
use crate::ops;
use crate::read::{CONVERT_AGAIN, Reader};
use crate::schema::tflite::Padding;

/// Strides, dilations and windows of pools up to this are read.
const MAX_STEP: i32 = u16::MAX as i32;
/// Windows may reach over this many positions, as tensors may have.
const MAX_REACH: u64 = 1 << 26;

/// The options of an operator with a window, each as `[height, width]`.
pub(crate) struct Options {
    pub(crate) padding: Padding,
    pub(crate) stride: [i32; 2],
    pub(crate) dilation: [i32; 2],
}

/// Checks the geometry of an operator: `taps` are the height and width of its window, `units` the
/// channels of its output.
pub(crate) fn read(
    reader: &Reader<'_>,
    input: TensorId,
    output: TensorId,
    taps: [usize; 2],
    units: usize,
    options: &Options,
) -> Result<Window, Problem> {
    let [batch, height, width, channels] = reader.nhwc(input, "input")?;
    let ([rows, columns], [stride_y, stride_x], [dilation_y, dilation_x]) =
        (taps, options.stride, options.dilation);
    let y = axis(reader, "height", height, rows, stride_y, dilation_y, options.padding)?;
    let x = axis(reader, "width", width, columns, stride_x, dilation_x, options.padding)?;
    reader.expect_shape(output, "output", &[batch, y.output, x.output, units])?;
    Ok(Window { y, x, channels, units })
}

/// The size of a pool's window, an option.
pub(crate) fn taps(reader: &Reader<'_>, height: i32, width: i32) -> Result<[usize; 2], Problem> {
    Ok([
        reader.in_range(height, "the window's height", 1..=MAX_STEP)?,
        reader.in_range(width, "the window's width", 1..=MAX_STEP)?,
    ])
}

/// Checks one dimension of the geometry.
fn axis(
    reader: &Reader<'_>,
    name: &str,
    input: usize,
    taps: usize,
    stride: i32,
    dilation: i32,
    padding: Padding,
) -> Result<Axis, Problem> {
    let stride = reader.in_range(stride, &format!("the stride along the {name}"), 1..=MAX_STEP)?;
    let dilation = reader.in_range(dilation, &format!("the dilation along the {name}"), 1..=MAX_STEP)?;
    let reach = (taps as u64).saturating_sub(1).saturating_mul(dilation as u64).saturating_add(1);
    if reach > MAX_REACH {
        return Err(Problem::new(
            format!("a window that reaches over {reach} positions of the {name}"),
            format!("the limit is {MAX_REACH}"),
            "use a smaller window or dilation",
        ));
    }
    match padding {
        Padding::SAME => Ok(Axis::new(input, taps, dilation, stride, input.div_ceil(stride))),
        Padding::VALID => match input.checked_sub(reach as usize) {
            Some(room) => Ok(Axis::new(
                input,
                taps,
                dilation,
                stride,
                room.checked_div(stride).unwrap_or(0).saturating_add(1),
            )),
            None => Err(Problem::new(
                format!("a window over {reach} positions of an input whose {name} is {input}"),
                "without padding the window must fit into the input",
                "use a smaller window, a larger input, or SAME padding",
            )),
        },
        _ => Err(Problem::new(
            format!("padding scheme {}", padding.0),
            format!("{} has SAME and VALID", reader.name),
            CONVERT_AGAIN,
        )),
    }
}

/// A window over what an image was before it was padded along its height and width, if every window sees some of
/// that.
pub(crate) fn padded(window: Window, padding: &ops::Padding) -> Option<Window> {
    let (&[0, top, left, 0], &[_, height, width, _]) = (padding.before.as_slice(), padding.shape.as_slice())
    else {
        return None;
    };
    let axis = |axis: Axis, before: usize, input: usize| {
        let axis = Axis { input, pad: axis.pad.checked_add(before)?, ..axis };
        axis.outputs().all(|taps| taps.inside > 0).then_some(axis)
    };
    Some(Window { y: axis(window.y, top, height)?, x: axis(window.x, left, width)?, ..window })
}

impl Axis {
    /// What is left of the last windows is padding, the smaller half of it before the image.
    fn new(input: usize, taps: usize, dilation: usize, stride: usize, output: usize) -> Self {
        let reach = taps.saturating_sub(1).saturating_mul(dilation).saturating_add(1);
        let pad =
            output.saturating_sub(1).saturating_mul(stride).saturating_add(reach).saturating_sub(input) / 2;
        // A step that is never taken need not fit into the index type of the device.
        let stride = if output == 1 { 1 } else { stride };
        let dilation = if taps == 1 { 1 } else { dilation };
        Self { input, pad, taps, dilation, stride, output }
    }

    /// Whether the windows are the positions of the image, one by one.
    pub(crate) fn is_pointwise(self) -> bool {
        self.taps == 1 && self.output == self.input && self.pad == 0 && self.stride == 1
    }

    /// Whether there is one window, which is the whole image.
    pub(crate) fn is_whole(self) -> bool {
        self.taps == self.input && self.dilation == 1 && self.output == 1 && self.pad == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smaller_half_of_the_padding_comes_first() {
        let same = |input: usize, taps, dilation, stride| {
            Axis::new(input, taps, dilation, stride, input.div_ceil(stride)).pad
        };
        assert_eq!(same(49, 10, 1, 2), 4);
        assert_eq!(same(10, 4, 1, 2), 1);
        assert_eq!(same(96, 3, 1, 2), 0);
        assert_eq!(same(5, 2, 1, 1), 0);
        assert_eq!(same(5, 3, 2, 1), 2);
        assert_eq!(same(5, 1, 1, 3), 0);
    }

    #[test]
    fn one_of_several_positions_is_not_all_of_them() {
        assert!(Axis::new(5, 1, 1, 1, 5).is_pointwise());
        assert!(!Axis::new(2, 1, 1, 2, 1).is_pointwise());
        assert!(Axis::new(5, 5, 1, 3, 1).is_whole());
        assert!(!Axis::new(5, 3, 2, 1, 1).is_whole());
        assert!(!Axis::new(3, 3, 1, 3, 1).is_pointwise());
    }
}
