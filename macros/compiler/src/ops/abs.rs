//! ABS: the magnitude.

// Arithmetic of values, not of sizes: the bounds of each are those of its formula.
#![allow(clippy::arithmetic_side_effects)]

use super::lookup::{in_place, operands, table};
use super::{Op, requantization};
use crate::diagnostics::Problem;
use crate::graph::ElementType;
use crate::kernels::abs::Abs;
use crate::lower::{Bug, Lowering};
use crate::read::Reader;
use std::rc::Rc;

/// On `int16`.
#[derive(Debug)]
struct Layer16(Abs);

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    let (input, output, ty) = operands(reader, &[ElementType::Int8, ElementType::Int16])?;
    let (scale, input_zero_point) = reader.per_tensor(input, "input")?;
    let (output_scale, zero_point) = reader.per_tensor(output, "output")?;
    let factor = requantization::multiplier(f64::from(scale) / f64::from(output_scale))?;
    let layer = Abs { multiplier: factor.multiplier, shift: factor.shift };
    if ty == ElementType::Int8 {
        return Ok(table(|x| layer.value(x - input_zero_point).wrapping_add(zero_point)));
    }
    reader.symmetric(input, "input")?;
    reader.symmetric(output, "output")?;
    Ok(Rc::new(Layer16(layer)))
}

impl Op for Layer16 {
    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug> {
        in_place(to, "abs", "abs_s16", &self.0, Vec::new())
    }
}
