//! What operators share that only move elements: which element goes where, worked out here once.

use super::channels::{Channels, Cut, Tie};
use super::{Folded, Op, Run, lookup};
use crate::diagnostics::Problem;
use crate::graph::{ElementType, Graph, Node, TensorId};
use crate::inner::flash::Flash;
use crate::kernels;
use crate::kernels::ring::RingMovement;
use crate::lower::{Bug, Lowering};
use crate::program::{Access, Arg, Constant, View};
use crate::ranges::{Interval, Known, MAX_CHANNELS, Ranges, channels};
use crate::read::Reader;
use std::rc::Rc;

/// Types whose elements kernels move.
pub(crate) const MOVABLE: [ElementType; 7] = [
    ElementType::Int8,
    ElementType::UInt8,
    ElementType::Bool,
    ElementType::Int16,
    ElementType::UInt16,
    ElementType::Int32,
    ElementType::UInt32,
];

/// More bytes than this are moved on the device even if they are known: a small file must not make
/// the compiler fill the memory.
const FOLDED_BYTES: usize = 1 << 20;

/// So many elements, as shapes and the like have, are no burden on program memory.
const HANDFUL: usize = 8;

/// A box of elements that goes from one tensor to another.
#[derive(Clone, Debug)]
pub(crate) struct Movement {
    input_start: usize,
    output_start: usize,
    axes: Vec<Axis>,
}

/// One axis of a box: its extent, and from one element to the next in both tensors.
#[derive(Clone, Copy, Debug)]
struct Axis {
    size: usize,
    input: i32,
    output: i32,
}

/// From one element to the next along each axis of a tensor. Import has limited the number of
/// elements, so that nothing overflows.
fn strides(shape: &[usize]) -> Vec<i32> {
    (1..=shape.len()).map(|inner| shape.iter().skip(inner).product::<usize>() as i32).collect()
}

/// Where the element at `indices` of a tensor lies.
fn position(shape: &[usize], indices: &[usize]) -> usize {
    shape.iter().zip(indices).fold(0, |at, (size, index)| at.saturating_mul(*size).saturating_add(*index))
}

impl Movement {
    /// A whole tensor of shape `sizes` from one with `steps` between the elements of each axis, of
    /// which the first lies at `begin`.
    pub(crate) fn slice(shape: &[usize], begin: &[usize], steps: &[i32], sizes: &[usize]) -> Self {
        // A step may be as long as it likes where it is not taken.
        let input = strides(shape).into_iter().zip(steps).map(|(stride, step)| stride.wrapping_mul(*step));
        Self::new(sizes, position(shape, begin), input, 0, strides(sizes))
    }

    /// A whole tensor of shape `sizes` into a larger one, from `begin` on.
    pub(crate) fn place(sizes: &[usize], shape: &[usize], begin: &[usize]) -> Self {
        Self::new(sizes, 0, strides(sizes), position(shape, begin), strides(shape))
    }

    /// A whole tensor whose axis `permutation[i]` becomes axis `i`.
    pub(crate) fn permute(shape: &[usize], permutation: &[usize]) -> Self {
        let old = strides(shape);
        let sizes: Vec<usize> = permutation.iter().filter_map(|&axis| shape.get(axis).copied()).collect();
        let input = permutation.iter().filter_map(|&axis| old.get(axis).copied());
        Self::new(&sizes, 0, input, 0, strides(&sizes))
    }

    /// A tensor of shape `to` in which every element of one of shape `from` is repeated along the
    /// dimensions that are 1 there, or absent.
    pub(crate) fn broadcast(from: &[usize], to: &[usize]) -> Self {
        let absent = to.len().saturating_sub(from.len());
        let strides_from = std::iter::repeat_n(0, absent).chain(strides(from));
        let sizes = std::iter::repeat_n(1, absent).chain(from.iter().copied());
        let input = sizes.zip(strides_from).map(|(size, stride)| if size == 1 { 0 } else { stride });
        Self::new(to, 0, input, 0, strides(to))
    }

    /// A tensor of shape `shape` as often along each axis as `times` says.
    pub(crate) fn tile(shape: &[usize], times: &[usize]) -> Self {
        let pairs = || times.iter().zip(shape);
        let sizes: Vec<usize> = pairs().flat_map(|(&times, &size)| [times, size]).collect();
        let input = strides(shape).into_iter().flat_map(|stride| [0, stride]);
        Self::new(&sizes, 0, input, 0, strides(&sizes))
    }

    fn new(
        sizes: &[usize],
        input_start: usize,
        input: impl IntoIterator<Item = i32>,
        output_start: usize,
        output: impl IntoIterator<Item = i32>,
    ) -> Self {
        let axes = sizes.iter().zip(input.into_iter().zip(output));
        let axes = axes.map(|(&size, (input, output))| Axis { size, input, output }).collect();
        Self { input_start, output_start, axes: merged(axes) }
    }

    /// The first element of the input, if the box is one piece there and the whole output of
    /// `elements`: then nothing has to move.
    pub(crate) fn alias(&self, elements: usize) -> Option<usize> {
        (self.len() == Some(elements)).then_some(self.input_start)
    }

    /// Number of elements, if the box is one piece in both tensors.
    fn len(&self) -> Option<usize> {
        match self.axes.as_slice() {
            [] => Some(1),
            &[Axis { size, input: 1, output: 1 }] => Some(size),
            _ => None,
        }
    }

    /// Both places of the box, if it is one piece in both tensors.
    fn run(&self, input: usize, output: usize) -> Option<Run> {
        Some(Run { input, output, from: self.input_start, to: self.output_start, len: self.len()? })
    }

    /// The same movement of elements that have `size` parts each.
    fn of_parts(&self, size: usize) -> Self {
        let factor = size as i32;
        let scale = |axis: &Axis| Axis {
            input: axis.input.wrapping_mul(factor),
            output: axis.output.wrapping_mul(factor),
            ..*axis
        };
        let parts = Axis { size, input: 1, output: 1 };
        Self {
            input_start: self.input_start.saturating_mul(size),
            output_start: self.output_start.saturating_mul(size),
            axes: merged(self.axes.iter().map(scale).chain([parts]).collect()),
        }
    }

    /// The kernel that does it and its parameters; `None` if there are too many axes for it.
    fn kernel(&self) -> Option<(&'static str, kernels::shapes::Movement)> {
        let mut axes = self.axes.clone();
        if axes.last().is_none_or(|axis| (axis.input, axis.output) == (1, 1)) {
            return Some(("copy_runs", self.params(&axes)?));
        }
        // The order of the axes is free, and long inner loops are fast.
        let longest = (0..axes.len()).max_by_key(|&at| axes.get(at).map(|axis| axis.size))?;
        let longest = axes.remove(longest);
        axes.push(longest);
        Some(("copy_strided", self.params(&axes)?))
    }

    /// Parameters of the movement in runs, if need be of single elements.
    pub(crate) fn runs(&self) -> Option<kernels::shapes::Movement> {
        match self.axes.last() {
            Some(Axis { input: 1, output: 1, .. }) => self.params(&self.axes),
            _ => self.params(&[self.axes.as_slice(), &[Axis { size: 1, input: 1, output: 1 }]].concat()),
        }
    }

    fn params(&self, axes: &[Axis]) -> Option<kernels::shapes::Movement> {
        let mut all = [Axis { size: 1, input: 0, output: 0 }; 6];
        let (_, last) = all.split_at_mut_checked(6usize.checked_sub(axes.len())?)?;
        last.copy_from_slice(axes);
        Some(kernels::shapes::Movement {
            sizes: all.map(|axis| axis.size),
            input_start: self.input_start,
            input_strides: all.map(|axis| axis.input),
            output_start: self.output_start,
            output_strides: all.map(|axis| axis.output),
        })
    }

    /// Moves elements of `size` bytes now, with the device's own kernel.
    pub(crate) fn apply(&self, size: usize, input: &[u8], output: &mut [u8]) -> Option<()> {
        let (_, params) = self.of_parts(size).kernel()?;
        kernels::movement::copy_strided(&params, Flash::from_slice(input), output);
        Some(())
    }

    /// The same into a new output of `len` elements.
    pub(crate) fn moved(&self, size: usize, input: &[u8], len: usize) -> Option<Vec<u8>> {
        let mut output = vec![0; len.checked_mul(size)?];
        self.apply(size, input, &mut output)?;
        Some(output)
    }

    /// Appends the call that moves memory of the arena into a place of the output.
    pub(crate) fn lower_view(&self, to: &mut Lowering<'_>, input: View, output: View) -> Result<(), Bug> {
        let (kernel, params) = self.kernel().ok_or_else(|| to.bug(format_args!("too many axes")))?;
        let input = Arg::Window("input", input, Access::ReadInPlace);
        let args = vec![input, Arg::Window("output", output, Access::Write)];
        to.call("movement", kernel, &params, args, 0);
        Ok(())
    }

    /// Appends the call that moves an input, wherever it lies, into a place of the output.
    pub(crate) fn lower(&self, to: &mut Lowering<'_>, input: TensorId, output: View) -> Result<(), Bug> {
        if let (Some(ring), Some(movement)) = (to.ring(input), self.runs()) {
            let mut args = ring.args().to_vec();
            args.push(Arg::Window("output", output, Access::Write));
            to.call("ring", "copy", &RingMovement { ring: ring.shape, movement }, args, 0);
            return Ok(());
        }
        let (kernel, params) = self.kernel().ok_or_else(|| to.bug(format_args!("too many axes")))?;
        let args = vec![to.operand("input", "VALUES", input)?, Arg::Window("output", output, Access::Write)];
        to.call("movement", kernel, &params, args, 0);
        Ok(())
    }
}

/// Leaves out axes of one element and makes one of neighbours that are evenly spaced together.
fn merged(axes: Vec<Axis>) -> Vec<Axis> {
    let mut merged: Vec<Axis> = Vec::with_capacity(axes.len());
    for axis in axes.into_iter().filter(|axis| axis.size != 1) {
        let across = |stride: i32| i64::from(stride).checked_mul(i64::try_from(axis.size).ok()?);
        match merged.last_mut() {
            Some(outer)
                if Some(outer.input.into()) == across(axis.input)
                    && Some(outer.output.into()) == across(axis.output) =>
            {
                *outer = Axis { size: outer.size.saturating_mul(axis.size), ..axis };
            }
            _ => merged.push(axis),
        }
    }
    merged
}

/// Checks types and axes: that the outputs are known while compiling, which the result says, or that
/// there is a kernel for the movements.
pub(crate) fn check(reader: &Reader<'_>, inputs: &[TensorId], parts: &[Movement]) -> Result<bool, Problem> {
    let bytes = reader.outputs.iter().map(|&id| reader.tensor(id));
    let bytes = bytes
        .map(|tensor| tensor.elements().saturating_mul(tensor.ty.size().unwrap_or(0)))
        .fold(0, usize::saturating_add);
    let known = inputs.iter().all(|&id| reader.tensor(id).data.is_some());
    let size = reader.outputs.first().and_then(|&id| reader.tensor(id).ty.size());
    for (&input, &output) in inputs.iter().flat_map(|input| reader.outputs.iter().map(move |o| (input, o))) {
        reader.same_type(input, output)?;
    }
    let applies = |size: usize| parts.iter().all(|part| part.of_parts(size).kernel().is_some());
    if known && bytes <= FOLDED_BYTES && size.is_some_and(applies) {
        return Ok(true);
    }
    for &input in inputs {
        reader.one_of(input, "input", &MOVABLE)?;
    }
    if parts.iter().any(|part| part.kernel().is_none()) {
        return Err(Problem::new(
            "more than six axes that cannot be taken together",
            format!("{} is supported up to six", reader.name),
            "reshape around it in the model",
        ));
    }
    Ok(false)
}

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
}

impl Take {
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
}

impl Join {
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
