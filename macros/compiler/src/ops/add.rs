//! ADD: the sum of two operands.

use super::elementwise::{self, Operands, Shape};
use super::{Folded, Op, activation::Activation};
use crate::diagnostics::Problem;
use crate::graph::{ElementType, Graph, Node};
use crate::kernels::add::{Scaling, Sum};
use crate::kernels::shapes::Loop;
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
        ElementType::Int8 => Add::Int8(sum(reader, operands, activation, ratios)?),
        ElementType::Int16 => Add::Int16(sum(reader, operands, activation, ratios)?),
        _ => {
            elementwise::plain_integers(reader, &operands, activation)?;
            Add::Int32(operands.shape)
        }
    }))
}

/// The factors from both operands to the common scale and from there to the output, of scales and of
/// the headroom as a factor; in `f64`, as TensorFlow Lite Micro computes them for ADD.
fn ratios(left: f32, right: f32, output: f32, headroom: f32) -> [f64; 3] {
    let common = 2.0 * f64::from(left.max(right));
    [
        f64::from(left) / common,
        f64::from(right) / common,
        common / (f64::from(headroom) * f64::from(output)),
    ]
}

/// The parameters of a sum or difference of quantized operands. `ratios` gives the three factors.
pub(super) fn sum(
    reader: &Reader<'_>,
    operands: Operands,
    activation: Activation,
    ratios: fn(f32, f32, f32, f32) -> [f64; 3],
) -> Result<Sum<Vec<Loop>>, Problem> {
    let (left, left_zero_point) = reader.per_tensor(operands.left, "left operand")?;
    let (right, right_zero_point) = reader.per_tensor(operands.right, "right operand")?;
    let (output, zero_point) = reader.per_tensor(operands.output, "output")?;
    // As many bits as leave room for the sum of two operands of the type in 32.
    let headroom = if operands.ty == ElementType::Int16 { 15 } else { 20 };
    let (least, greatest) = activation.range(output, zero_point, operands.ty);
    let [from_left, from_right, to_output] = ratios(left, right, output, (1 << headroom) as f32);
    Ok(Sum {
        shape: operands.shape,
        headroom,
        left: scaling(left_zero_point, from_left)?,
        right: scaling(right_zero_point, from_right)?,
        output: scaling(zero_point, to_output)?,
        least,
        greatest,
    })
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
