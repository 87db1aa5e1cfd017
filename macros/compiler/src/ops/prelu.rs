//! PRELU: negative values are multiplied by a tensor.

use super::elementwise::{self, Operands};
use super::{Op, requantization};
use crate::diagnostics::Problem;
use crate::graph::ElementType;
use crate::kernels::prelu::Prelu;
use crate::kernels::shapes::Loop;
use crate::lower::{Bug, Lowering};
use crate::read::Reader;
use std::rc::Rc;

#[derive(Debug)]
struct Layer {
    ty: ElementType,
    params: Prelu<Vec<Loop>>,
}

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    let operands = elementwise::shapes(reader, &[ElementType::Int8, ElementType::Int16])?;
    let Operands { left: input, right: alpha, output, ty, shape } = operands;
    // The reference has slopes of eight bits, whatever the type of the activations.
    reader.one_of(alpha, "alpha", &[ElementType::Int8])?;
    reader.same_type(input, output)?;
    let (scale, input_zero_point) = reader.per_tensor(input, "input")?;
    let (alpha_scale, alpha_zero_point) = reader.per_tensor(alpha, "alpha")?;
    let (output_scale, zero_point) = reader.per_tensor(output, "output")?;
    let factor = f64::from(scale) / f64::from(output_scale);
    let slope = f64::from(scale) * f64::from(alpha_scale) / f64::from(output_scale);
    let (positive, negative) = (requantization::multiplier(factor)?, requantization::multiplier(slope)?);
    let params = Prelu {
        shape,
        input_zero_point,
        alpha_zero_point,
        multiplier: positive.multiplier,
        shift: positive.shift,
        negative_multiplier: negative.multiplier,
        negative_shift: negative.shift,
        zero_point,
    };
    Ok(Rc::new(Layer { ty, params }))
}

impl Op for Layer {
    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug> {
        let kernel = if self.ty == ElementType::Int16 { "prelu_s16" } else { "prelu_s8" };
        elementwise::call(to, "prelu", kernel, &self.params)
    }
}
