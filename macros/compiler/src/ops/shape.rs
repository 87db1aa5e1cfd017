//! SHAPE: the dimensions of a tensor, which are known while compiling.

use super::{Folded, Op};
use crate::diagnostics::Problem;
use crate::graph::{ElementType, Graph, Node};
use crate::lower::{Bug, Lowering};
use crate::read::Reader;
use std::rc::Rc;

#[derive(Debug)]
struct Shape;

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    reader.arity(1..=1, 1)?;
    let (input, output) = (reader.input(0)?, reader.output(0)?);
    reader.one_of(output, "output", &[ElementType::Int32, ElementType::Int64])?;
    reader.expect_shape(output, "output", &[reader.tensor(input).shape.len()])?;
    Ok(Rc::new(Shape))
}

impl Op for Shape {
    fn fold(&self, graph: &Graph, node: &Node) -> Option<Folded> {
        let input = node.inputs.first().copied().flatten()?;
        let output = graph.tensor(*node.outputs.first()?);
        let sizes = graph.tensor(input).shape.iter().map(|&size| size as u64);
        let width = output.ty.size()?;
        let bytes = sizes.flat_map(|size| size.to_le_bytes().into_iter().take(width));
        Some(vec![bytes.collect()])
    }

    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug> {
        Err(to.bug(format_args!("a shape was not folded")))
    }
}
