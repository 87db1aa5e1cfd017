//! MAXIMUM: the greater of two operands.

use super::elementwise::{self, Shape};
use super::{Folded, Op};
use crate::diagnostics::Problem;
use crate::graph::{ElementType, Graph, Node};
use crate::lower::{Bug, Lowering};
use crate::read::Reader;
use std::rc::Rc;

#[derive(Debug)]
struct Maximum {
    ty: ElementType,
    shape: Shape,
}

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    let operands = elementwise::operands(reader)?;
    elementwise::same_quantization(reader, &operands)?;
    Ok(Rc::new(Maximum { ty: operands.ty, shape: operands.shape }))
}

impl Op for Maximum {
    fn fold(&self, graph: &Graph, node: &Node) -> Option<Folded> {
        elementwise::fold(graph, node, &self.shape, i32::max)
    }

    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug> {
        let kernel = match self.ty {
            ElementType::Int8 => "maximum_s8",
            ElementType::Int16 => "maximum_s16",
            _ => "maximum_s32",
        };
        elementwise::call(to, "maximum", kernel, &self.shape)
    }
}
