//! LEAKY_RELU: negative values are multiplied by a constant.

use super::lookup::{in_place, operands, table};
use super::{Op, requantization};
use crate::diagnostics::Problem;
use crate::graph::ElementType;
use crate::kernels::leaky_relu::LeakyRelu;
use crate::lower::{Bug, Lowering};
use crate::read::Reader;
use crate::schema::tflite;
use std::rc::Rc;

/// On `int16`.
#[derive(Debug)]
struct Layer16(LeakyRelu);

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    let (input, output, ty) = operands(reader, &[ElementType::Int8, ElementType::Int16])?;
    let options = reader.options(tflite::Operator::builtin_options_as_leaky_relu_options)?;
    let (scale, input_zero_point) = reader.per_tensor(input, "input")?;
    let (output_scale, zero_point) = reader.per_tensor(output, "output")?;
    let factor = f64::from(scale) / f64::from(output_scale);
    let slope = f64::from(scale) * f64::from(options.alpha()) / f64::from(output_scale);
    let positive = requantization::multiplier(factor)?;
    let negative = requantization::multiplier(slope.abs())?;
    let layer = LeakyRelu {
        input_zero_point,
        multiplier: positive.multiplier,
        shift: positive.shift,
        negative_multiplier: negative.multiplier,
        negative_shift: negative.shift,
        inverted: slope < 0.0,
        zero_point,
    };
    Ok(match ty {
        ElementType::Int8 => table(|x| layer.value(x)),
        _ => Rc::new(Layer16(layer)),
    })
}

impl Op for Layer16 {
    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug> {
        in_place(to, "leaky_relu", "leaky_relu_s16", &self.0, Vec::new())
    }
}
