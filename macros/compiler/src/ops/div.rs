//! DIV: the quotient of two operands.

use super::activation::Activation;
use super::elementwise::{self, Shape};
use super::{Folded, Op};
use crate::diagnostics::Problem;
use crate::graph::{ElementType, Graph, Node};
use crate::kernels::div::{Quotient, plain};
use crate::kernels::shapes::Loop;
use crate::lower::{Bug, Lowering};
use crate::quantize::Multiplier;
use crate::read::{QUANTIZE, Reader};
use crate::schema::tflite;
use std::rc::Rc;

#[derive(Debug)]
enum Div {
    Int8(Quotient<Vec<Loop>>),
    Int32(Shape),
}

/// More would be a left shift at the end, where the reference has none.
const GREATEST_SHIFT: i32 = 23;

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    let operands = elementwise::shapes(reader, &[ElementType::Int8, ElementType::Int32])?;
    reader.same_type(operands.left, operands.right)?;
    reader.same_type(operands.left, operands.output)?;
    let options = reader.options(tflite::Operator::builtin_options_as_div_options)?;
    let activation = Activation::read(options.fused_activation_function())?;
    if operands.ty == ElementType::Int32 {
        elementwise::plain_integers(reader, &operands, activation)?;
        return Ok(Rc::new(Div::Int32(operands.shape)));
    }
    let (left, left_zero_point) = reader.per_tensor(operands.left, "left operand")?;
    let (right, right_zero_point) = reader.per_tensor(operands.right, "right operand")?;
    let (output, zero_point) = reader.per_tensor(operands.output, "output")?;
    let factor = f64::from(left) / (f64::from(right) * f64::from(output));
    let factor = Multiplier::new(factor).filter(|m| m.shift <= GREATEST_SHIFT);
    let Some(Multiplier { multiplier, shift }) = factor else {
        return Err(Problem::new(
            format!("scales {left} over {right} become {output}"),
            "the output's scale is too fine for 32-bit arithmetic",
            QUANTIZE,
        ));
    };
    let (least, greatest) = activation.range(output, zero_point, operands.ty);
    let shape = operands.shape;
    Ok(Rc::new(Div::Int8(Quotient {
        shape,
        left_zero_point,
        right_zero_point,
        multiplier,
        shift,
        zero_point,
        least,
        greatest,
    })))
}

impl Op for Div {
    fn fold(&self, graph: &Graph, node: &Node) -> Option<Folded> {
        match self {
            Self::Int8(p) => elementwise::fold(graph, node, &p.shape, |a, b| p.div(a, b)),
            Self::Int32(shape) => elementwise::fold(graph, node, shape, plain),
        }
    }

    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug> {
        match self {
            Self::Int8(p) => elementwise::call(to, "div", "div_s8", p),
            Self::Int32(p) => elementwise::call(to, "div", "div_s32", p),
        }
    }
}
