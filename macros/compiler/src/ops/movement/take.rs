//! Operators that take parts of one input.

use super::{HANDFUL, MOVABLE, Movement, check};
use crate::diagnostics::Problem;
use crate::graph::{Graph, Node};
use crate::lower::{Bug, Lowering};
use crate::ops::{Folded, Op, Run};
use crate::ranges::{Known, Ranges};
use crate::read::Reader;
use std::rc::Rc;

/// Outputs that are parts of one input: TRANSPOSE, slices and splits.
#[derive(Debug)]
pub(crate) struct Take {
    input: usize,
    parts: Vec<Movement>,
    known: bool,
}

impl Take {
    /// Takes `parts`, one for each output, from input `index`.
    pub(crate) fn read(
        reader: &Reader<'_>,
        index: usize,
        parts: Vec<Movement>,
    ) -> Result<Rc<dyn Op>, Problem> {
        let known = check(reader, &[reader.input(index)?], &parts)?;
        Ok(Rc::new(Self { input: index, parts, known }))
    }

    /// The one output is made of repetitions of input `index`: if it has more elements, it is made on the
    /// device, which takes less program memory.
    pub(crate) fn repeat(
        reader: &Reader<'_>,
        index: usize,
        repetition: Movement,
    ) -> Result<Rc<dyn Op>, Problem> {
        let (input, output) = (reader.input(index)?, reader.output(0)?);
        let parts = vec![repetition];
        let known = check(reader, &[input], &parts)?;
        let ty = reader.tensor(output).ty;
        // What kernels cannot move has to be known, and what is a handful is better known.
        let grows = reader.tensor(output).elements() > reader.tensor(input).elements().max(HANDFUL);
        let movable = MOVABLE.contains(&ty) && parts.iter().all(|part| part.kernel().is_some());
        Ok(Rc::new(Self { input: index, parts, known: known && !(grows && movable) }))
    }
}

impl Op for Take {
    fn fold(&self, graph: &Graph, node: &Node) -> Option<Folded> {
        let input = node.inputs.get(self.input).copied().flatten().filter(|_| self.known)?;
        let data = graph.tensor(input).data.as_deref()?;
        let outputs = self.parts.iter().zip(&node.outputs).map(|(part, &id)| {
            let size = graph.tensor(id).ty.size()?;
            let mut bytes = vec![0; graph.tensor(id).elements().checked_mul(size)?];
            part.apply(size, data, &mut bytes)?;
            Some(bytes.into())
        });
        outputs.collect()
    }

    fn runs(&self) -> Option<Vec<Run>> {
        self.parts.iter().enumerate().map(|(output, part)| part.run(self.input, output)).collect()
    }

    fn moved(&self, inputs: &[&[u8]], len: &[usize], size: usize) -> Option<Vec<Vec<u8>>> {
        let input = inputs.get(self.input)?;
        self.parts.iter().zip(len).map(|(part, &len)| part.moved(size, input, len)).collect()
    }

    fn is_identity(&self, known: &Known<'_>) -> bool {
        let whole = |part: &Movement| part.alias(known.output(0).map_or(0, |output| output.elements()));
        self.input == 0 && self.parts.len() == 1 && self.parts.first().and_then(whole) == Some(0)
    }

    fn ranges(&self, known: &Known<'_>) -> Option<Vec<Ranges>> {
        let moved = Ranges::same(known.ranges(self.input)?.hull());
        Some(vec![moved; self.parts.len()])
    }

    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug> {
        let input = to.input(self.input)?;
        // A part of a ring need not lie in one piece.
        let lies = |to: &Lowering<'_>, output| {
            to.ring(input).is_none() || to.tensor(output).elements() == to.tensor(input).elements()
        };
        for (index, part) in self.parts.iter().enumerate() {
            let output = to.output(index)?;
            match part.alias(to.tensor(output).elements()) {
                Some(start) if to.tensor(input).data.is_none() && lies(to, output) => {
                    to.alias(output, input, start)?;
                }
                _ => {
                    let output = to.write(output)?;
                    part.lower(to, input, output)?;
                }
            }
        }
        Ok(())
    }
}
