//! RESHAPE: the same elements in another shape; costs nothing.

use super::{Folded, Op};
use crate::diagnostics::Problem;
use crate::graph::{Graph, Node};
use crate::lower::{Bug, Lowering};
use crate::read::{CONVERT_AGAIN, Reader};
use std::rc::Rc;

/// The output is the input, in another shape.
#[derive(Debug)]
pub(crate) struct Reshape;

/// The file's output shape counts; a shape given as input or option must agree with it.
pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    reader.arity(1..=2, 1)?;
    let (input, output) = (reader.input(0)?, reader.output(0)?);
    reader.same_type(input, output)?;
    let found = &reader.tensor(output).shape;
    let from = reader.tensor(input);
    if from.elements() != reader.tensor(output).elements() {
        return Err(Problem::new(
            format!("shape {:?} becomes {found:?}", from.shape),
            "the number of elements must stay",
            CONVERT_AGAIN,
        ));
    }
    if reader.optional_input(1).is_some() {
        let wanted = reader.integers(1, "the new shape")?;
        let open = wanted.iter().filter(|&&d| d == -1).count();
        let agrees = wanted.len() == found.len()
            && wanted.iter().zip(found).all(|(&w, &f)| w == -1 || usize::try_from(w) == Ok(f));
        if open > 1 || !agrees {
            return Err(Problem::new(
                format!("the new shape is {wanted:?}, the output's is {found:?}"),
                "they must agree, and one dimension at most may be left open as -1",
                CONVERT_AGAIN,
            ));
        }
    }
    Ok(Rc::new(Reshape))
}

impl Op for Reshape {
    fn fold(&self, graph: &Graph, node: &Node) -> Option<Folded> {
        let input = node.inputs.first().copied().flatten()?;
        Some(vec![graph.tensor(input).data.clone()?])
    }

    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug> {
        to.alias(to.output(0)?, to.input(0)?, 0)
    }
}
