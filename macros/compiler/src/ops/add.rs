//! ADD: the sum of two operands.

use super::elementwise::{self, Operands, Shape};
use super::{Folded, Op, activation::Activation};
use crate::diagnostics::Problem;
use crate::graph::{ElementType, Graph, Node, TensorId};
use crate::kernels::shapes::{Loop, Scaling, Sum};
use crate::lower::{Bug, Lowering};
use crate::quantize::Multiplier;
use crate::read::{QUANTIZE, Reader};
use crate::schema::tflite;
use std::rc::Rc;

#[derive(Debug)]
enum Add {
    Int8(Sum<Vec<Loop>>),
    Int16(Sum<Vec<Loop>>),
    Int32(Shape),
}

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    let operands = elementwise::operands(reader)?;
    let options = reader.options(tflite::Operator::builtin_options_as_add_options)?;
    let activation = Activation::read(options.fused_activation_function())?;
    Ok(Rc::new(match operands.ty {
        ElementType::Int8 => Add::Int8(sum(reader, operands, activation)?),
        ElementType::Int16 => Add::Int16(sum(reader, operands, activation)?),
        _ => {
            elementwise::plain_integers(reader, &operands, activation)?;
            Add::Int32(operands.shape)
        }
    }))
}

/// The parameters of a sum or difference of quantized operands.
pub(super) fn sum(
    reader: &Reader<'_>,
    operands: Operands,
    activation: Activation,
) -> Result<Sum<Vec<Loop>>, Problem> {
    let (left, left_zero_point) = reader.per_tensor(operands.left, "left operand")?;
    let (right, right_zero_point) = reader.per_tensor(operands.right, "right operand")?;
    let (output, zero_point) = reader.per_tensor(operands.output, "output")?;
    // As many bits as leave room for the sum of two operands of the type in 32.
    let headroom = if operands.ty == ElementType::Int16 { 15 } else { HEADROOM };
    let (least, greatest) = activation.range(output, zero_point, operands.ty);
    let (left, right, output) = (f64::from(left), f64::from(right), f64::from(output));
    let common = 2.0 * left.max(right);
    Ok(Sum {
        shape: operands.shape,
        headroom,
        left: scaling(left_zero_point, left / common)?,
        right: scaling(right_zero_point, right / common)?,
        output: scaling(zero_point, common / (f64::from(1 << headroom) * output))?,
        least,
        greatest,
    })
}

/// Bits of headroom for sums of `int8`.
pub(super) const HEADROOM: u32 = 20;

/// What brings the operands of a sum of any length, all of one scale, to twice that scale, and their sum
/// from there to the output's.
pub(super) fn rescaling(
    reader: &Reader<'_>,
    input: TensorId,
    output: TensorId,
) -> Result<[Scaling; 2], Problem> {
    let (scale, input_zero_point) = reader.per_tensor(input, "input")?;
    let (output_scale, zero_point) = reader.per_tensor(output, "output")?;
    let common = 2.0 * f64::from(scale);
    let factor = common / (f64::from(1 << HEADROOM) * f64::from(output_scale));
    Ok([scaling(input_zero_point, 0.5)?, scaling(zero_point, factor)?])
}

/// A factor below 1: the reference does not go on with any other.
fn scaling(zero_point: i32, factor: f64) -> Result<Scaling, Problem> {
    match Multiplier::new(factor) {
        Some(Multiplier { multiplier, shift: shift @ ..=0 }) => {
            Ok(Scaling { zero_point, multiplier, shift })
        }
        _ => Err(Problem::new(
            format!("scales of operands and output whose ratio is {factor:e}"),
            "the output's scale is too fine for 32-bit arithmetic, which the reference refuses too",
            QUANTIZE,
        )),
    }
}

impl Op for Add {
    fn fold(&self, graph: &Graph, node: &Node) -> Option<Folded> {
        match self {
            Self::Int8(p) | Self::Int16(p) => {
                elementwise::fold(graph, node, &p.shape, |a, b| p.add(a, b))
            }
            Self::Int32(shape) => elementwise::fold(graph, node, shape, i32::wrapping_add),
        }
    }

    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug> {
        match self {
            Self::Int8(p) => elementwise::call(to, "add", "add_s8", p),
            Self::Int16(p) => elementwise::call(to, "add", "add_s16", p),
            Self::Int32(p) => elementwise::call(to, "add", "add_s32", p),
        }
    }
}
