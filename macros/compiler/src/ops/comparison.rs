//! What EQUAL, NOT_EQUAL, LESS, LESS_EQUAL, GREATER and GREATER_EQUAL share.

use super::elementwise::{self, Operands, Shape};
use super::{Folded, Op};
use crate::diagnostics::Problem;
use crate::graph::{ElementType, Graph, Node};
use crate::kernels::comparison::Comparison;
use crate::kernels::shapes::{Loop, Scaling};
use crate::lower::{Bug, Lowering};
use crate::program::{Access, Arg};
use crate::quantize::Multiplier;
use crate::read::{QUANTIZE, Reader};
use std::rc::Rc;

/// What is asked of two numbers.
#[derive(Debug)]
pub(crate) struct Question {
    /// Kernels on `int8`, plain integers and truth values; the last is empty where the reference has none.
    pub(crate) kernels: [&'static str; 3],
    pub(crate) holds: fn(i32, i32) -> bool,
    /// Whether kernels ask it with the operands exchanged.
    pub(crate) exchanged: bool,
}

#[derive(Debug)]
enum Layer {
    Scaled(&'static Question, Comparison<Vec<Loop>>),
    Plain(&'static Question, &'static str, Shape),
}

pub(crate) fn read(reader: &Reader<'_>, question: &'static Question) -> Result<Rc<dyn Op>, Problem> {
    let [_, plain, truth] = question.kernels;
    let types = match truth.is_empty() {
        true => &[ElementType::Int8, ElementType::Int32][..],
        false => &[ElementType::Int8, ElementType::Int32, ElementType::Bool],
    };
    let Operands { left, right, output, ty, shape } = elementwise::shapes(reader, types)?;
    reader.same_type(left, right)?;
    reader.one_of(output, "output", &[ElementType::Bool])?;
    let shape = if question.exchanged { exchanged(shape) } else { shape };
    if ty != ElementType::Int8 {
        let kernel = if ty == ElementType::Bool { truth } else { plain };
        return Ok(Rc::new(Layer::Plain(question, kernel, shape)));
    }
    let (left, right) = if question.exchanged { (right, left) } else { (left, right) };
    let left = scaling(reader.per_tensor(left, "operand")?)?;
    let right = scaling(reader.per_tensor(right, "operand")?)?;
    Ok(Rc::new(Layer::Scaled(question, Comparison { shape, left, right })))
}

/// The real value of an operand; the reference multiplies by scales below 1 alone.
fn scaling((scale, zero_point): (f32, i32)) -> Result<Scaling, Problem> {
    match Multiplier::new(scale.into()) {
        Some(Multiplier { multiplier, shift: shift @ ..=0 }) => Ok(Scaling { zero_point, multiplier, shift }),
        _ => Err(Problem::new(
            format!("an operand with scale {scale}"),
            "the reference compares numbers with scales below 1 only",
            QUANTIZE,
        )),
    }
}

fn exchanged(shape: Shape) -> Shape {
    let outer = shape.outer.into_iter().map(|turn| Loop { left: turn.right, right: turn.left, ..turn });
    Shape {
        repeat_left: shape.repeat_right,
        repeat_right: shape.repeat_left,
        outer: outer.collect(),
        ..shape
    }
}

impl Op for Layer {
    fn fold(&self, graph: &Graph, node: &Node) -> Option<Folded> {
        let Self::Plain(question, _, shape) = self else { return None };
        let shape = if question.exchanged { exchanged(shape.clone()) } else { shape.clone() };
        elementwise::fold(graph, node, &shape, |a, b| (question.holds)(a, b).into())
    }

    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug> {
        let (Self::Scaled(question, _) | Self::Plain(question, ..)) = self;
        let (mut left, mut right) = (to.input(0)?, to.input(1)?);
        if question.exchanged {
            (left, right) = (right, left);
        }
        let args = vec![
            to.operand("left", "LEFT", left)?,
            to.operand("right", "RIGHT", right)?,
            Arg::Window("output", to.write(to.output(0)?)?, Access::WriteInPlace),
        ];
        match self {
            Self::Scaled(question, p) => to.call("comparison", question.kernels[0], p, args, 0),
            Self::Plain(_, kernel, p) => to.call("comparison", kernel, p, args, 0),
        }
        Ok(())
    }
}
