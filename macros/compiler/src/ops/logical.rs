//! What LOGICAL_AND and LOGICAL_OR share.

use super::elementwise::{self, Operands, Shape};
use super::{Folded, Op};
use crate::diagnostics::Problem;
use crate::graph::{ElementType, Graph, Node};
use crate::lower::{Bug, Lowering};
use crate::read::Reader;
use std::rc::Rc;

#[derive(Debug)]
struct Layer {
    kernel: &'static str,
    shape: Shape,
    function: fn(i32, i32) -> i32,
}

/// A function of two truth values.
pub(crate) fn binary(
    reader: &Reader<'_>,
    kernel: &'static str,
    function: fn(i32, i32) -> i32,
) -> Result<Rc<dyn Op>, Problem> {
    let Operands { left, right, output, shape, .. } = elementwise::shapes(reader, &[ElementType::Bool])?;
    reader.same_type(left, right)?;
    reader.same_type(left, output)?;
    Ok(Rc::new(Layer { kernel, shape, function }))
}

impl Op for Layer {
    fn fold(&self, graph: &Graph, node: &Node) -> Option<Folded> {
        elementwise::fold(graph, node, &self.shape, self.function)
    }

    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug> {
        elementwise::call(to, "logical", self.kernel, &self.shape)
    }
}
