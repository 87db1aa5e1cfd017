//! RESIZE_BILINEAR: pictures of another size, made of mixtures of the pixels that are there.

use super::Op;
use crate::diagnostics::Problem;
use crate::graph::ElementType;
use crate::kernels::resize_bilinear::ResizeBilinear;
use crate::lower::{Bug, Lowering};
use crate::program::{Access, Arg, Constant};
use crate::read::{CONVERT_AGAIN, Reader};
use crate::schema::tflite;
use std::rc::Rc;

/// For one position of the output: both neighbours in the input, and how far it is from the first to the
/// second, in steps of `2^-10`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Between {
    lower: u16,
    upper: u16,
    fraction: i16,
}

#[derive(Debug)]
struct Resize {
    params: ResizeBilinear,
    rows: Vec<Between>,
    columns: Vec<Between>,
    identity: bool,
}

/// Larger sizes leave the reference's 32 bits.
const MAX_SIZE: usize = 1 << 15;

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    reader.arity(2..=2, 1)?;
    let (input, output) = (reader.input(0)?, reader.output(0)?);
    reader.one_of(input, "input", &[ElementType::Int8])?;
    reader.same_type(input, output)?;
    let options = reader.options(tflite::Operator::builtin_options_as_resize_bilinear_options)?;
    let [batch, height, width, channels] = reader.nhwc(input, "input")?;
    let wanted = reader.integers(1, "the new size")?;
    let sizes: Option<Vec<usize>> = wanted.iter().map(|&size| usize::try_from(size).ok()).collect();
    let Some(&[to_height, to_width]) = sizes.as_deref() else {
        return Err(Problem::new(
            format!("the new size is {wanted:?}"),
            "it must be a height and a width",
            CONVERT_AGAIN,
        ));
    };
    reader.expect_shape(output, "output", &[batch, to_height, to_width, channels])?;
    let (align, half) = (options.align_corners(), options.half_pixel_centers());
    if align && half {
        return Err(Problem::new(
            "both aligned corners and centers at half pixels",
            "they exclude each other, in the reference too",
            CONVERT_AGAIN,
        ));
    }
    if [height, width, to_height, to_width].iter().any(|&size| size > MAX_SIZE) {
        return Err(Problem::new(
            format!("{height} by {width} pixels become {to_height} by {to_width}"),
            format!("more than {MAX_SIZE} leave the reference's 32 bits"),
            "use smaller pictures",
        ));
    }
    let (rows, columns) = (between(height, to_height, align, half), between(width, to_width, align, half));
    let row = width.saturating_mul(channels);
    let params = ResizeBilinear {
        picture: height.saturating_mul(row),
        row,
        channels,
        output_picture: to_height.saturating_mul(to_width).saturating_mul(channels),
        output_row: to_width.saturating_mul(channels),
    };
    let identity = (height, width) == (to_height, to_width);
    Ok(Rc::new(Resize { params, rows, columns, identity }))
}

/// The neighbours of each of `to` positions among `from`, in the integer arithmetic of the reference.
#[allow(clippy::arithmetic_side_effects)] // sizes are at most 2^15, so that all fits by far
fn between(from: usize, to: usize, align_corners: bool, half_pixel_centers: bool) -> Vec<Between> {
    let (from, to) = (from as i64, to as i64);
    let scale = match align_corners && to > 1 {
        true => (1024 * (from - 1) + (to - 1) / 2) / (to - 1),
        false => (1024 * from + to / 2) / to,
    };
    let position = |at: i64| {
        let exact = at * scale + if half_pixel_centers { scale / 2 - 512 } else { 0 };
        let lower = (exact / 1024).max(0).min(from - 1);
        let upper = ((exact + 1023) / 1024).min(from - 1);
        // Between a position and itself nothing is mixed.
        let fraction = if lower == upper { 0 } else { exact - 1024 * lower };
        Between { lower: lower as u16, upper: upper as u16, fraction: fraction as i16 }
    };
    (0..to).map(position).collect()
}

impl Op for Resize {
    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug> {
        let (input, output) = (to.input(0)?, to.output(0)?);
        if self.identity {
            return to.alias(output, input, 0);
        }
        let args = vec![
            table("ROWS", &self.rows),
            table("COLUMNS", &self.columns),
            Arg::Window("input", to.read(input)?, Access::Read),
            Arg::Window("output", to.write(output)?, Access::Write),
        ];
        to.call("resize_bilinear", "resize_bilinear_s8", &self.params, args, 0);
        Ok(())
    }
}

/// Three numbers for each position.
fn table(name: &'static str, positions: &[Between]) -> Arg {
    let numbers = positions.iter().flat_map(|p| [p.lower, p.upper, p.fraction.cast_unsigned()]);
    let bytes = numbers.flat_map(u16::to_le_bytes).collect();
    Arg::Constant(Constant { name, ty: ElementType::UInt16, bytes })
}

#[cfg(test)]
mod tests {
    use super::{Between, between};

    #[test]
    fn positions_lie_between_neighbours() {
        let b = |lower, upper, fraction| Between { lower, upper, fraction };
        assert_eq!(between(2, 4, false, false), [b(0, 0, 0), b(0, 1, 512), b(1, 1, 0), b(1, 1, 0)]);
        assert_eq!(between(2, 4, false, true), [b(0, 0, 0), b(0, 1, 256), b(0, 1, 768), b(1, 1, 0)]);
        assert_eq!(between(3, 2, true, false), [b(0, 0, 0), b(2, 2, 0)]);
    }
}
