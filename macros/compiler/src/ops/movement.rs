//! What operators share that only move elements: which element goes where, worked out here once.

use super::Run;
use crate::diagnostics::Problem;
use crate::graph::{ElementType, TensorId};
use crate::inner::flash::Flash;
use crate::kernels;
use crate::kernels::ring::RingMovement;
use crate::lower::{Bug, Lowering};
use crate::program::{Access, Arg, View};
use crate::read::Reader;

mod join;
mod take;

pub(crate) use join::Join;
pub(crate) use take::Take;

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
