//! RESHAPE: the same elements in another shape; costs nothing.

use super::channels::{Channels, Tie};
use super::{Folded, Op};
use crate::diagnostics::Problem;
use crate::graph::{Graph, Node};
use crate::lower::{Bug, Lowering};
use crate::ranges::{Interval, Known, MAX_CHANNELS, Ranges, channels, reshaped};
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

    fn is_reshape(&self) -> bool {
        true
    }

    fn is_identity(&self, _: &Known<'_>) -> bool {
        true
    }

    fn ranges(&self, known: &Known<'_>) -> Option<Vec<Ranges>> {
        let (input, ranges) = (known.input(0)?, known.ranges(0)?);
        let (from, to) = (channels(input), channels(known.output(0)?));
        if ranges.is_same() || to > MAX_CHANNELS {
            return Some(vec![Ranges::same(ranges.hull())]);
        }
        let shared = reshaped(from, to).max(1);
        let classes: Vec<Interval> = (0..shared)
            .map(|first| {
                let mixed = (first..from).step_by(shared).map(|channel| ranges.at(channel));
                mixed.reduce(Interval::union).unwrap_or(ranges.hull())
            })
            .collect();
        Some(vec![Ranges::each(classes.into_iter().cycle().take(to))])
    }

    fn channels(&self, known: &Known<'_>) -> Channels {
        let (Some(input), Some(output)) = (known.input(0), known.output(0)) else { return Channels::Bound };
        let (inputs, outputs) = (channels(input), channels(output));
        let rest = |at: usize, count: usize| at.checked_rem(count).unwrap_or(0);
        match () {
            () if outputs.is_multiple_of(inputs) => {
                Channels::tied((0..outputs).map(|to| Tie { input: 0, from: rest(to, inputs), to }))
            }
            () if inputs.is_multiple_of(outputs) => {
                Channels::tied((0..inputs).map(|from| Tie { input: 0, from, to: rest(from, outputs) }))
            }
            () => Channels::Bound,
        }
    }

    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug> {
        to.alias(to.output(0)?, to.input(0)?, 0)
    }
}
