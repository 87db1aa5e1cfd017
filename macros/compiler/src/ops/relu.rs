//! RELU: negative values become zero.

// Arithmetic of values, not of sizes: the bounds of each are those of its formula.
#![allow(clippy::arithmetic_side_effects)]

use super::activation::Activation;
use super::lookup::{Limits, in_place, operands, table};
use super::{Op, requantization};
use crate::diagnostics::Problem;
use crate::graph::{ElementType, TensorId};
use crate::inner::requantize;
use crate::kernels::relu::Relu;
use crate::lower::{Bug, Lowering};
use crate::quantize::Multiplier;
use crate::read::{QUANTIZE, Reader};
use std::rc::Rc;

/// From `int16` to `int16` of another scale.
#[derive(Debug)]
struct Layer16(Multiplier);

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    let (input, output, ty) = operands(reader, &[ElementType::Int8, ElementType::Int16])?;
    if ty == ElementType::Int8 {
        return rescaled(reader, input, output, Activation::Relu);
    }
    let (input_scale, input_zero_point) = reader.per_tensor(input, "input")?;
    let (output_scale, output_zero_point) = reader.per_tensor(output, "output")?;
    if (input_zero_point, output_zero_point) != (0, 0) {
        return Err(Problem::new(
            format!("zero points {input_zero_point} and {output_zero_point}"),
            "int16 tensors have zero point 0",
            QUANTIZE,
        ));
    }
    if input_scale == output_scale {
        return Ok(Rc::new(Limits { ty, least: 0, greatest: i16::MAX.into() }));
    }
    let factor = f64::from(input_scale) / f64::from(output_scale);
    Ok(Rc::new(Layer16(requantization::multiplier(factor)?)))
}

/// An activation of `int8` by itself: brings the input to the scale of the output and limits it there.
pub(crate) fn rescaled(
    reader: &Reader<'_>,
    input: TensorId,
    output: TensorId,
    activation: Activation,
) -> Result<Rc<dyn Op>, Problem> {
    let from = reader.per_tensor(input, "input")?;
    let to = reader.per_tensor(output, "output")?;
    let ((input_scale, input_zero_point), (scale, zero_point)) = (from, to);
    let (least, greatest) = activation.range(scale, zero_point, ElementType::Int8);
    if from == to {
        return Ok(Rc::new(Limits { ty: ElementType::Int8, least, greatest }));
    }
    let factor = f64::from(input_scale) / f64::from(scale);
    let Multiplier { multiplier, shift } = requantization::multiplier(factor)?;
    Ok(table(|x| {
        let value = requantize(x - input_zero_point, multiplier, shift).wrapping_add(zero_point);
        value.max(least).min(greatest)
    }))
}

impl Op for Layer16 {
    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug> {
        let Multiplier { multiplier, shift } = self.0;
        in_place(to, "relu", "relu_s16", &Relu { multiplier, shift }, Vec::new())
    }
}
