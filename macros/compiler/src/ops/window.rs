//! What operators with a window that moves over an image share: its geometry.

use crate::diagnostics::Problem;
use crate::graph::TensorId;
use crate::kernels::shapes::{Axis, Window};
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

/// One dimension of the geometry, as TensorFlow Lite derives it from the padding scheme.
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
    let reach = (taps as u64 - 1) * dilation as u64 + 1;
    if reach > MAX_REACH {
        return Err(Problem::new(
            format!("a window that reaches over {reach} positions of the {name}"),
            format!("the limit is {MAX_REACH}"),
            "use a smaller window or dilation",
        ));
    }
    let reach = reach as usize;
    let output = match padding {
        Padding::SAME => input.div_ceil(stride),
        Padding::VALID if reach <= input => (input - reach) / stride + 1,
        Padding::VALID => {
            return Err(Problem::new(
                format!("a window over {reach} positions of an input whose {name} is {input}"),
                "without padding the window must fit into the input",
                "use a smaller window, a larger input, or SAME padding",
            ));
        }
        _ => {
            return Err(Problem::new(
                format!("padding scheme {}", padding.0),
                format!("{} has SAME and VALID", reader.name),
                CONVERT_AGAIN,
            ));
        }
    };
    let pad = ((output - 1) * stride + reach).saturating_sub(input) / 2;
    // A step that is never taken need not fit into the index type of the device.
    let stride = if output == 1 { 1 } else { stride };
    let dilation = if taps == 1 { 1 } else { dilation };
    Ok(Axis { input, pad, taps, dilation, stride, output })
}

impl Axis {
    /// Whether the windows are the positions of the image, one by one.
    pub(crate) fn is_pointwise(self) -> bool {
        self.taps == 1 && self.stride == 1 && self.pad == 0
    }

    /// Whether there is one window, which is the whole image.
    pub(crate) fn is_whole(self) -> bool {
        self.taps == self.input && self.dilation == 1 && self.output == 1 && self.pad == 0
    }
}
