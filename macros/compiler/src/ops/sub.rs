//! SUB: the difference of two operands.

use super::channels::{Channels, Cut};
use super::elementwise::{self, Shape};
use super::{ByChannel, Elementwise, Folded, Op, activation::Activation, add};
use crate::diagnostics::Problem;
use crate::graph::{ElementType, Graph, Node};
use crate::kernels::shapes::{Loop, Sum};
use crate::lower::{Bug, Lowering};
use crate::ranges::{Known, Ranges};
use crate::read::Reader;
use crate::schema::tflite;
use std::rc::Rc;

#[derive(Debug)]
enum Sub {
    Int8(Sum<Vec<Loop>>),
    Int16(Sum<Vec<Loop>>),
    Int32(Shape),
}

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    let operands = elementwise::operands(reader)?;
    let options = reader.options(tflite::Operator::builtin_options_as_sub_options)?;
    let activation = Activation::read(options.fused_activation_function())?;
    Ok(Rc::new(match operands.ty {
        ElementType::Int8 => Sub::Int8(add::sum(reader, operands, activation)?),
        ElementType::Int16 => Sub::Int16(add::sum(reader, operands, activation)?),
        _ => {
            elementwise::plain_integers(reader, &operands, activation)?;
            Sub::Int32(operands.shape)
        }
    }))
}

impl Op for Sub {
    fn ranges(&self, known: &Known<'_>) -> Option<Vec<Ranges>> {
        match self {
            Self::Int8(p) | Self::Int16(p) => {
                elementwise::ranges(known, |a, b| elementwise::corners(a, b, |a, b| p.sub(a, b)))
            }
            Self::Int32(_) => None,
        }
    }

    fn channels(&self, known: &Known<'_>) -> Channels {
        elementwise::ties(known)
    }

    fn limited(&self, least: i32, greatest: i32) -> Option<Rc<dyn Op>> {
        Some(Rc::new(match self {
            Self::Int8(p) => Self::Int8(p.limited(least, greatest)),
            Self::Int16(p) => Self::Int16(p.limited(least, greatest)),
            Self::Int32(_) => return None,
        }))
    }

    fn elementwise(&self, known: &Known<'_>) -> Option<Elementwise> {
        let (Self::Int8(p) | Self::Int16(p)) = self else { return None };
        let p = p.clone();
        elementwise::with_one(known, move |a, b| p.sub(a, b))
    }

    fn by_channel(&self, known: &Known<'_>) -> Option<ByChannel> {
        let Self::Int8(p) = self else { return None };
        let p = p.clone();
        elementwise::by_channel(known, move |a, b| p.sub(a, b))
    }

    fn without_channels(&self, cut: &mut Cut<'_>) -> Option<Rc<dyn Op>> {
        let shape = elementwise::shape_of(cut)?;
        Some(Rc::new(match self {
            Self::Int8(p) => Self::Int8(Sum { shape, ..p.clone() }),
            Self::Int16(p) => Self::Int16(Sum { shape, ..p.clone() }),
            Self::Int32(_) => Self::Int32(shape),
        }))
    }

    fn fold(&self, graph: &Graph, node: &Node) -> Option<Folded> {
        match self {
            Self::Int8(p) | Self::Int16(p) => elementwise::fold(graph, node, &p.shape, |a, b| p.sub(a, b)),
            Self::Int32(shape) => elementwise::fold(graph, node, shape, i32::wrapping_sub),
        }
    }

    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug> {
        match self {
            Self::Int8(p) => elementwise::call(to, "sub", "sub_s8", p),
            Self::Int16(p) => elementwise::call(to, "sub", "sub_s16", p),
            Self::Int32(p) => elementwise::call(to, "sub", "sub_s32", p),
        }
    }
}
