//! LOGICAL_NOT: whether an operand is false.

use super::lookup::{in_place, operands};
use super::{Folded, Op};
use crate::diagnostics::Problem;
use crate::graph::{ElementType, Graph, Node};
use crate::kernels::logical::Not;
use crate::lower::{Bug, Lowering};
use crate::read::Reader;
use std::rc::Rc;

#[derive(Debug)]
struct Layer;

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    operands(reader, &[ElementType::Bool])?;
    Ok(Rc::new(Layer))
}

impl Op for Layer {
    fn fold(&self, graph: &Graph, node: &Node) -> Option<Folded> {
        let input = graph.tensor(node.inputs.first().copied().flatten()?).data.as_deref()?;
        Some(vec![input.iter().map(|&x| u8::from(x == 0)).collect()])
    }

    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug> {
        in_place(to, "logical", "logical_not_u8", &Not, Vec::new())
    }
}
