//! SQUARED_DIFFERENCE: the square of the difference of two operands.

// Arithmetic of values, not of sizes: the bounds of each are those of its formula.
#![allow(clippy::arithmetic_side_effects)]

use super::elementwise::{self, Operands, Shape};
use super::{Folded, Op, activation::Activation, requantization};
use crate::diagnostics::Problem;
use crate::graph::{ElementType, Graph, Node};
use crate::kernels::shapes::{Loop, Scaling, Sum};
use crate::kernels::squared_difference::plain;
use crate::lower::{Bug, Lowering};
use crate::quantize::Multiplier;
use crate::read::Reader;
use std::rc::Rc;

#[derive(Debug)]
enum SquaredDifference {
    Int8(Sum<Vec<Loop>>),
    Int16(Sum<Vec<Loop>>),
    Int32(Shape),
}

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    let operands = elementwise::operands(reader)?;
    Ok(Rc::new(match operands.ty {
        ElementType::Int8 => SquaredDifference::Int8(difference(reader, operands, 7)?),
        ElementType::Int16 => {
            for (id, role) in [(operands.left, "left operand"), (operands.right, "right operand")] {
                reader.symmetric(id, role)?;
            }
            reader.symmetric(operands.output, "output")?;
            SquaredDifference::Int16(difference(reader, operands, 0)?)
        }
        _ => {
            elementwise::plain_integers(reader, &operands, Activation::None)?;
            SquaredDifference::Int32(operands.shape)
        }
    }))
}

/// Operands are brought to one scale, with `headroom` more bits, whose number doubles in the square.
fn difference(reader: &Reader<'_>, operands: Operands, headroom: u32) -> Result<Sum<Vec<Loop>>, Problem> {
    let (left, left_zero_point) = reader.per_tensor(operands.left, "left operand")?;
    let (right, right_zero_point) = reader.per_tensor(operands.right, "right operand")?;
    let (output, zero_point) = reader.per_tensor(operands.output, "output")?;
    let common = 2.0 * f64::from(left.max(right));
    let fraction = f64::from(1u32 << (2 * headroom));
    let scaling = |zero_point, factor| {
        let Multiplier { multiplier, shift } = requantization::multiplier(factor)?;
        Ok(Scaling { zero_point, multiplier, shift })
    };
    let (least, greatest) = operands.ty.range().unwrap_or((i32::MIN, i32::MAX));
    Ok(Sum {
        shape: operands.shape,
        headroom,
        left: scaling(left_zero_point, f64::from(left) / common)?,
        right: scaling(right_zero_point, f64::from(right) / common)?,
        output: scaling(zero_point, common * common / (fraction * f64::from(output)))?,
        least,
        greatest,
    })
}

impl Op for SquaredDifference {
    fn fold(&self, graph: &Graph, node: &Node) -> Option<Folded> {
        match self {
            Self::Int8(p) | Self::Int16(p) => {
                elementwise::fold(graph, node, &p.shape, |a, b| p.squared_difference(a, b))
            }
            Self::Int32(shape) => elementwise::fold(graph, node, shape, plain),
        }
    }

    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug> {
        const MODULE: &str = "squared_difference";
        match self {
            Self::Int8(p) => elementwise::call(to, MODULE, "squared_difference_s8", p),
            Self::Int16(p) => elementwise::call(to, MODULE, "squared_difference_s16", p),
            Self::Int32(p) => elementwise::call(to, MODULE, "squared_difference_s32", p),
        }
    }
}
