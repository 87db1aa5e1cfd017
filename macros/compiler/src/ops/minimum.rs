//! MINIMUM: the smaller of two operands.

use super::channels::{Channels, Cut};
use super::elementwise::{self, Shape};
use super::{Elementwise, Folded, Op};
use crate::diagnostics::Problem;
use crate::graph::{ElementType, Graph, Node};
use crate::lower::{Bug, Lowering};
use crate::ranges::{Known, Ranges};
use crate::read::Reader;
use std::rc::Rc;

#[derive(Debug)]
struct Minimum {
    ty: ElementType,
    shape: Shape,
}

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    let operands = elementwise::operands(reader)?;
    elementwise::same_quantization(reader, &operands)?;
    Ok(Rc::new(Minimum { ty: operands.ty, shape: operands.shape }))
}

impl Op for Minimum {
    fn ranges(&self, known: &Known<'_>) -> Option<Vec<Ranges>> {
        elementwise::ranges(known, |a, b| elementwise::corners(a, b, i32::min))
    }

    fn channels(&self, known: &Known<'_>) -> Channels {
        elementwise::ties(known)
    }

    fn limits(&self, known: &Known<'_>) -> Option<(usize, i32, i32)> {
        let (index, value) = elementwise::one(known)?;
        Some((index, i32::MIN, value))
    }

    fn elementwise(&self, known: &Known<'_>) -> Option<Elementwise> {
        elementwise::with_one(known, i32::min)
    }

    fn without_channels(&self, cut: &mut Cut<'_>) -> Option<Rc<dyn Op>> {
        Some(Rc::new(Self { ty: self.ty, shape: elementwise::shape_of(cut)? }))
    }

    fn fold(&self, graph: &Graph, node: &Node) -> Option<Folded> {
        elementwise::fold(graph, node, &self.shape, i32::min)
    }

    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug> {
        let kernel = match self.ty {
            ElementType::Int8 => "minimum_s8",
            ElementType::Int16 => "minimum_s16",
            _ => "minimum_s32",
        };
        elementwise::call(to, "minimum", kernel, &self.shape)
    }
}
