//! ELU: negative values become `exp(x) - 1`.

// Arithmetic of values, not of sizes: the bounds of each are those of its formula.
#![allow(clippy::arithmetic_side_effects)]

use super::Op;
use super::lookup::{operands, table};
use crate::diagnostics::Problem;
use crate::graph::ElementType;
use crate::read::Reader;
use std::rc::Rc;

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    let (input, output, _) = operands(reader, &[ElementType::Int8])?;
    let (scale, input_zero_point) = reader.per_tensor(input, "input")?;
    let (output_scale, zero_point) = reader.per_tensor(output, "output")?;
    let per_unit = 1.0 / output_scale;
    // Single precision as in the reference. The exponential is a double, rounded: the same on every host.
    Ok(table(|x| {
        let x = scale * (x - input_zero_point) as f32;
        let y = if x < 0.0 { f64::from(x).exp() as f32 - 1.0 } else { x };
        ((y * per_unit).round() + zero_point as f32) as i32
    }))
}
