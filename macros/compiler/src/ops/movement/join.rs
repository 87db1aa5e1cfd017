//! Operators that put their inputs into one output.

use super::{Movement, check};
use crate::diagnostics::Problem;
use crate::graph::{ElementType, Graph, Node, TensorId};
use crate::kernels;
use crate::lower::{Bug, Lowering};
use crate::ops::channels::{Channels, Cut, Tie};
use crate::ops::{Folded, Op, Run, lookup};
use crate::program::{Access, Arg, Constant, View};
use crate::ranges::{Interval, Known, MAX_CHANNELS, Ranges, channels};
use crate::read::Reader;
use std::rc::Rc;

/// One output that all inputs go into: CONCATENATION and PACK.
#[derive(Debug)]
pub(crate) struct Join {
    parts: Vec<Movement>,
    known: bool,
    /// What integers of an input become on the way, where they do not stay the same.
    pub(crate) tables: Vec<Option<Vec<i8>>>,
    /// The axis along which the inputs lie one after the other.
    axis: usize,
}

impl Join {
    /// Puts the inputs, of shapes `shapes`, into an output of shape `shape`, one after the other along
    /// `axis`.
    pub(crate) fn read(
        reader: &Reader<'_>,
        shapes: &[Vec<usize>],
        shape: &[usize],
        axis: usize,
    ) -> Result<Self, Problem> {
        let parts = Self::parts(shapes, shape, axis);
        let inputs: Vec<TensorId> =
            (0..parts.len()).map(|index| reader.input(index)).collect::<Result<_, _>>()?;
        let known = check(reader, &inputs, &parts)?;
        Ok(Self { parts, known, tables: Vec::new(), axis })
    }

    /// Looks up what the integers of an input become, in memory of its own.
    fn rescaled(&self, to: &mut Lowering<'_>, index: usize) -> Result<Option<View>, Bug> {
        let Some(table) = self.tables.get(index).and_then(Option::as_ref) else { return Ok(None) };
        let input = to.read(to.input(index)?)?;
        let rescaled = to.scratch(ElementType::Int8, input.len)?;
        let args = vec![
            Arg::Constant(Constant::int8("TABLE", table.iter().copied())),
            Arg::Window("input", input, Access::ReadInPlace),
            Arg::Window("output", rescaled, Access::WriteInPlace),
        ];
        to.call("lookup", "lookup_s8", &kernels::lookup::Lookup, args, 0);
        Ok(Some(rescaled))
    }

    /// Where each input goes.
    fn parts(shapes: &[Vec<usize>], shape: &[usize], axis: usize) -> Vec<Movement> {
        let mut begin = vec![0; shape.len()];
        let parts = shapes.iter().map(|sizes| {
            let part = Movement::place(sizes, shape, &begin);
            let taken = sizes.get(axis).copied().unwrap_or(0);
            begin.iter_mut().skip(axis).take(1).for_each(|begin| *begin = begin.saturating_add(taken));
            part
        });
        parts.collect()
    }

    /// Whether the inputs lie one after the other along the channels, and whether along another dimension; neither
    /// where they have fewer dimensions than the output.
    fn direction(&self, known: &Known<'_>) -> (bool, bool) {
        let rank = known.output(0).map_or(0, |output| output.shape.len());
        let inputs = 0..known.node.inputs.len();
        let whole = inputs.into_iter().all(|index| known.input(index).is_some_and(|t| t.shape.len() == rank));
        let last = self.axis.checked_add(1) == Some(rank);
        (whole && last, whole && !last)
    }

    /// The values that come from an input.
    fn values(&self, known: &Known<'_>, index: usize) -> Option<Ranges> {
        let ranges = known.ranges(index)?;
        let Some(table) = self.tables.get(index).and_then(Option::as_ref) else { return Some(ranges) };
        Some(ranges.map(|x| lookup::values(table, x)))
    }
}

impl Op for Join {
    fn ranges(&self, known: &Known<'_>) -> Option<Vec<Ranges>> {
        let inputs = (0..known.node.inputs.len()).map(|index| self.values(known, index));
        let inputs: Vec<Ranges> = inputs.collect::<Option<_>>()?;
        let (along, across) = self.direction(known);
        let joined = match (along, across) {
            (true, _) if channels(known.output(0)?) <= MAX_CHANNELS => {
                let each = inputs.iter().enumerate().map(|(index, ranges)| {
                    let count = known.input(index).map_or(0, channels);
                    (0..count).map(|channel| ranges.at(channel))
                });
                Ranges::each(each.flatten())
            }
            (_, true) => inputs.into_iter().reduce(|a, b| Ranges::both(&a, &b, Interval::union))?,
            _ => Ranges::same(inputs.iter().map(Ranges::hull).reduce(Interval::union)?),
        };
        Some(vec![joined])
    }

    fn channels(&self, known: &Known<'_>) -> Channels {
        let inputs: Vec<usize> = (0..known.node.inputs.len()).collect();
        match self.direction(known) {
            (true, _) => {
                let mut first = 0usize;
                let ties = inputs.into_iter().flat_map(|input| {
                    let (begin, count) = (first, known.input(input).map_or(0, channels));
                    first = first.saturating_add(count);
                    (0..count).map(move |from| Tie { input, from, to: from.saturating_add(begin) })
                });
                Channels::tied(ties)
            }
            (_, true) => Channels::each(known, &inputs),
            _ => Channels::Bound,
        }
    }

    fn without_channels(&self, cut: &mut Cut<'_>) -> Option<Rc<dyn Op>> {
        let inputs = (0..cut.node.inputs.len()).map(|index| Some(cut.tensor(index)?.shape.clone()));
        let shapes: Vec<Vec<usize>> = inputs.collect::<Option<_>>()?;
        let parts = Self::parts(&shapes, &cut.graph.tensor(cut.output()?).shape, self.axis);
        Some(Rc::new(Self { parts, known: self.known, tables: self.tables.clone(), axis: self.axis }))
    }

    fn fold(&self, graph: &Graph, node: &Node) -> Option<Folded> {
        let as_they_are = self.known && self.tables.iter().all(Option::is_none);
        let output = graph.tensor(*node.outputs.first().filter(|_| as_they_are)?);
        let size = output.ty.size()?;
        let mut bytes = vec![0; output.elements().checked_mul(size)?];
        for (part, &input) in self.parts.iter().zip(&node.inputs) {
            part.apply(size, graph.tensor(input?).data.as_deref()?, &mut bytes)?;
        }
        Some(vec![bytes.into()])
    }

    fn runs(&self) -> Option<Vec<Run>> {
        self.parts.iter().enumerate().map(|(input, part)| part.run(input, 0)).collect()
    }

    fn moved(&self, inputs: &[&[u8]], len: &[usize], size: usize) -> Option<Vec<Vec<u8>>> {
        let mut bytes = vec![0; len.first()?.checked_mul(size)?];
        for (part, input) in self.parts.iter().zip(inputs) {
            part.apply(size, input, &mut bytes)?;
        }
        Some(vec![bytes])
    }

    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug> {
        let output = to.output(0)?;
        if let [only] = self.parts.as_slice()
            && to.tensor(to.input(0)?).data.is_none()
            && self.tables.iter().all(Option::is_none)
            && let Some(start) = only.alias(to.tensor(output).elements())
        {
            return to.alias(output, to.input(0)?, start);
        }
        let view = to.write(output)?;
        for (index, part) in self.parts.iter().enumerate() {
            match self.rescaled(to, index)? {
                Some(rescaled) => part.lower_view(to, rescaled, view)?,
                None => part.lower(to, to.input(index)?, view)?,
            }
        }
        Ok(())
    }
}
