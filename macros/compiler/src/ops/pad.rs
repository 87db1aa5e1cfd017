//! PAD: a tensor surrounded by zeros, or by a value that is given.

use super::channels::{Channels, Cut};
use super::movement::{self, Movement};
use super::{Folded, Op, Padding};
use crate::diagnostics::Problem;
use crate::graph::{ElementType, Graph, Node, TensorId};
use crate::kernels;
use crate::lower::{Bug, Lowering};
use crate::program::{Access, Arg};
use crate::ranges::{Interval, Known, Ranges, channels};
use crate::read::{CONVERT_AGAIN, QUANTIZE, Reader};
use std::rc::Rc;

/// Types whose values a parameter can hold.
const TYPES: [ElementType; 5] =
    [ElementType::Int8, ElementType::UInt8, ElementType::Bool, ElementType::Int16, ElementType::Int32];

#[derive(Debug)]
struct Pad {
    value: i32,
    /// Where the input begins in the output.
    begin: Vec<usize>,
    place: Movement,
    known: bool,
}

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    reader.arity(2..=3, 1)?;
    let (input, output) = (reader.input(0)?, reader.output(0)?);
    reader.one_of(input, "input", &TYPES)?;
    let paddings = reader.integers(1, "the list of paddings")?;
    let from = &reader.tensor(input).shape;
    let (begin, shape) = padded(from, &paddings).ok_or_else(|| {
        Problem::new(
            format!("paddings {paddings:?} of shape {from:?}"),
            "there must be two for each dimension, none of them negative",
            CONVERT_AGAIN,
        )
    })?;
    reader.expect_shape(output, "output", &shape)?;
    let place = Movement::place(from, &shape, &begin);
    let known = movement::check(reader, &[input], std::slice::from_ref(&place))?;
    if place.runs().is_none() {
        return Err(Problem::new(
            format!("paddings {paddings:?}"),
            "more than five axes of them are not supported",
            "pad some axes after the others",
        ));
    }
    Ok(Rc::new(Pad { value: value(reader, output)?, begin, place, known }))
}

/// Where the input begins in the output, and the output's shape.
fn padded(shape: &[usize], paddings: &[i32]) -> Option<(Vec<usize>, Vec<usize>)> {
    let (pairs, []) = paddings.as_chunks::<2>() else { return None };
    let sizes = shape.iter().zip(pairs).map(|(&size, &[before, after])| {
        let (before, after) = (usize::try_from(before).ok()?, usize::try_from(after).ok()?);
        Some((before, size.checked_add(before)?.checked_add(after)?))
    });
    sizes.collect::<Option<_>>().filter(|_| pairs.len() == shape.len())
}

/// The value around the input: the one that is given, or what stands for zero, which in types that
/// the reference knows no zero point of is 0.
fn value(reader: &Reader<'_>, output: TensorId) -> Result<i32, Problem> {
    let quantized = matches!(reader.tensor(output).ty, ElementType::Int8 | ElementType::UInt8);
    let meaning = |id| reader.tensor(id).quantization.as_ref().map(|q| (&q.scales, &q.zero_points));
    let Some(given) = reader.optional_input(2) else {
        let zero_point = meaning(output).and_then(|(_, zero_points)| zero_points.first().copied());
        return Ok(zero_point.filter(|_| quantized).unwrap_or(0));
    };
    reader.same_type(given, output)?;
    if quantized && meaning(given) != meaning(output) {
        return Err(Problem::new(
            "a value with another scale or zero point than the output",
            "it would have to be rescaled, which the reference does not do",
            QUANTIZE,
        ));
    }
    match reader.integers(2, "the value")?.as_slice() {
        &[value] => Ok(value),
        values => Err(Problem::new(format!("values {values:?}"), "there is one", CONVERT_AGAIN)),
    }
}

impl Pad {
    /// Whether no channels are added.
    fn keeps_channels(&self, known: &Known<'_>) -> bool {
        known.input(0).map(channels) == known.output(0).map(channels)
    }
}

impl Op for Pad {
    fn fold(&self, graph: &Graph, node: &Node) -> Option<Folded> {
        let input = node.inputs.first().copied().flatten().filter(|_| self.known)?;
        let output = graph.tensor(*node.outputs.first()?);
        let size = output.ty.size()?;
        let value = self.value.to_le_bytes();
        let value = value.get(..size)?;
        let mut bytes = value.repeat(output.elements());
        self.place.apply(size, graph.tensor(input).data.as_deref()?, &mut bytes)?;
        Some(vec![bytes.into()])
    }

    fn moved(&self, inputs: &[&[u8]], len: &[usize], size: usize) -> Option<Vec<Vec<u8>>> {
        let zeros = vec![0; size];
        let value = match inputs.get(2) {
            Some(value) => value.get(..size)?,
            None => &zeros,
        };
        let mut bytes = value.repeat(*len.first()?);
        self.place.apply(size, inputs.first()?, &mut bytes)?;
        Some(vec![bytes])
    }

    fn padding(&self, known: &Known<'_>) -> Option<Padding> {
        let (before, shape) = (self.begin.clone(), known.input(0)?.shape.clone());
        Some(Padding { before, shape, value: self.value, least: known.ranges(0)?.hull().least })
    }

    fn is_identity(&self, known: &Known<'_>) -> bool {
        known.input(0).map(|tensor| &tensor.shape) == known.output(0).map(|tensor| &tensor.shape)
    }

    fn ranges(&self, known: &Known<'_>) -> Option<Vec<Ranges>> {
        let ranges = known.ranges(0)?;
        let padded = |values: Interval| values.union(Interval::only(self.value));
        Some(vec![match self.keeps_channels(known) {
            true => ranges.map(padded),
            false => Ranges::same(padded(ranges.hull())),
        }])
    }

    fn channels(&self, known: &Known<'_>) -> Channels {
        if self.keeps_channels(known) { Channels::each(known, &[0]) } else { Channels::Bound }
    }

    fn without_channels(&self, cut: &mut Cut<'_>) -> Option<Rc<dyn Op>> {
        let (from, to) = (&cut.tensor(0)?.shape, &cut.graph.tensor(cut.output()?).shape);
        let place = Movement::place(from, to, &self.begin);
        Some(Rc::new(Self { value: self.value, begin: self.begin.clone(), place, known: self.known }))
    }

    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug> {
        let (input, output) = (to.input(0)?, to.output(0)?);
        if let Some(start) = self.place.alias(to.tensor(output).elements()) {
            return to.alias(output, input, start);
        }
        let place = self.place.runs().ok_or_else(|| to.bug(format_args!("too many axes")))?;
        let params = kernels::pad::Pad { value: self.value, place };
        let args = vec![
            to.operand("input", "VALUES", input)?,
            Arg::Window("output", to.write(output)?, Access::Write),
        ];
        to.call("pad", "pad", &params, args, 0);
        Ok(())
    }
}
