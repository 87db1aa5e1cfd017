//! ZEROS_LIKE: zeros in the shape of another tensor, which are known while compiling.

use super::{Folded, Op};
use crate::diagnostics::Problem;
use crate::graph::{Graph, Node};
use crate::lower::{Bug, Lowering};
use crate::read::{CONVERT_AGAIN, Reader};
use std::rc::Rc;

#[derive(Debug)]
struct ZerosLike;

/// The integer 0, whatever the zero point.
pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    reader.arity(1..=1, 1)?;
    let (input, output) = (reader.input(0)?, reader.output(0)?);
    reader.same_type(input, output)?;
    reader.expect_shape(output, "output", &reader.tensor(input).shape)?;
    match reader.tensor(output).ty.size() {
        Some(_) => Ok(Rc::new(ZerosLike)),
        None => Err(Problem::new(
            format!("elements of type {}", reader.tensor(output).ty),
            "they have no zero",
            CONVERT_AGAIN,
        )),
    }
}

impl Op for ZerosLike {
    fn fold(&self, graph: &Graph, node: &Node) -> Option<Folded> {
        let output = graph.tensor(*node.outputs.first()?);
        Some(vec![vec![0; output.elements().checked_mul(output.ty.size()?)?].into()])
    }

    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug> {
        Err(to.bug(format_args!("zeros were not folded")))
    }
}
