//! Every output is a weighted sum of a row of inputs.

mod few;

pub use few::{fully_connected_few_narrow_s8, fully_connected_few_once_s8, fully_connected_few_s8};

use super::accumulator::Accumulator;
use super::planes::Planes;
use super::reach::Reach;
use super::requantization::{Full, Narrow, Narrowed, Once, Requantization, RoundedOnce, Scales, Units};
use super::ring::Ring;
use super::rows::{rows, rows_mut};
use super::vectors::{self, VectorScales};
use crate::inner::flash::Flash;
use crate::inner::{VECTORS, dot_s4, dot_s8};

/// Shape and range of a fully connected layer.
#[derive(Clone, Copy, Debug)]
pub struct FullyConnected<R = Requantization> {
    /// Elements of one row of the input.
    pub depth: usize,
    /// Elements of one row of the output.
    pub units: usize,
    /// Range of the output.
    pub output: R,
}

/// A fully connected layer whose weights have a zero point.
#[derive(Clone, Copy, Debug)]
pub struct FullyConnectedOffset {
    /// Shape and range.
    pub layer: FullyConnected,
    /// Zero point of the weights.
    pub weight_zero_point: i32,
}

/// Shape and range of a fully connected layer of `int16`.
#[derive(Clone, Copy, Debug)]
pub struct FullyConnected16<A> {
    /// Elements of one row of the input.
    pub depth: usize,
    /// Elements of one row of the output.
    pub units: usize,
    /// How sums are kept.
    pub sums: A,
    /// Range of the output, whose zero point is 0.
    pub output: Requantization,
}

impl<R> FullyConnected<R> {
    /// How far an output of so many elements may be laid over the input.
    pub const fn reach(&self, output_len: usize) -> Reach {
        Reach::of_runs_in(output_len, self.depth, self.units)
    }
}

impl FullyConnectedOffset {
    /// How far an output of so many elements may be laid over the input.
    pub const fn reach(&self, output_len: usize) -> Reach {
        self.layer.reach(output_len)
    }
}

impl<A> FullyConnected16<A> {
    /// How far an output of so many elements may be laid over the input.
    pub const fn reach(&self, output_len: usize) -> Reach {
        Reach::of_runs_in(output_len, self.depth, self.units)
    }
}

/// `output[row, unit] = clamp(zero point + requantize(bias[unit] + Σ weights[unit, i] · input[row, i]))`.
///
/// The bias has the input's zero point folded in. `multipliers` and `shifts` are per unit.
#[cfg_attr(not(debug_assertions), inline)]
pub fn fully_connected_s8(
    p: &FullyConnected,
    weights: Flash<'_, i8>,
    bias: Flash<'_, i32>,
    multipliers: Flash<'_, i32>,
    shifts: Flash<'_, i8>,
    planes: Planes<'_, i8>,
) {
    each_plain_row(p, Units { weights, bias, scales: Full { multipliers, shifts } }, planes);
}

/// The same where the outputs are rounded [`Once`].
#[cfg_attr(not(debug_assertions), inline)]
pub fn fully_connected_once_s8(
    p: &FullyConnected<Once>,
    weights: Flash<'_, i8>,
    bias: Flash<'_, i32>,
    multipliers: Flash<'_, i32>,
    planes: Planes<'_, i8>,
) {
    each_plain_row(p, Units { weights, bias, scales: RoundedOnce { multipliers } }, planes);
}

/// Both, by the loops of the backend.
#[inline(always)]
fn each_plain_row<'a, S: VectorScales<'a>>(
    p: &FullyConnected<S::Output>,
    units: Units<'a, S>,
    planes: Planes<'_, i8>,
) {
    if VECTORS {
        return vectors::each_row(p, units, planes);
    }
    let Units { weights, bias, scales } = units;
    each_row(p, p.depth, weights, bias, scales, planes, dot_s8, |_| 0);
}

/// As [`fully_connected_s8`] where the outputs are [`Narrow`].
#[cfg_attr(not(debug_assertions), inline)]
pub fn fully_connected_narrow_s8(
    p: &FullyConnected<Narrow>,
    weights: Flash<'_, i8>,
    bias: Flash<'_, i32>,
    scales: Flash<'_, i32>,
    edges: Flash<'_, i8>,
    planes: Planes<'_, i8>,
) {
    each_row(p, p.depth, weights, bias, Narrowed { scales, edges }, planes, dot_s8, |_| 0);
}

/// As [`fully_connected_s8`] with two weights of four bits in each byte; those of a unit begin with a byte of their own.
#[cfg_attr(not(debug_assertions), inline)]
pub fn fully_connected_s4(
    p: &FullyConnected,
    weights: Flash<'_, i8>,
    bias: Flash<'_, i32>,
    multipliers: Flash<'_, i32>,
    shifts: Flash<'_, i8>,
    planes: Planes<'_, i8>,
) {
    let bytes = p.depth.wrapping_add(1) >> 1;
    each_row(p, bytes, weights, bias, Full { multipliers, shifts }, planes, dot_s4, |_| 0);
}

/// The same with `weights[unit, i] - weight zero point`, whose bias has the product of both zero points
/// folded in too.
#[cfg_attr(not(debug_assertions), inline)]
pub fn fully_connected_offset_s8(
    p: &FullyConnectedOffset,
    weights: Flash<'_, i8>,
    bias: Flash<'_, i32>,
    multipliers: Flash<'_, i32>,
    shifts: Flash<'_, i8>,
    planes: Planes<'_, i8>,
) {
    let before = |row: &[i8]| {
        let sum = row.iter().fold(0i32, |sum, &x| sum.wrapping_add(x.into()));
        sum.wrapping_mul(p.weight_zero_point).wrapping_neg()
    };
    each_row(&p.layer, p.layer.depth, weights, bias, Full { multipliers, shifts }, planes, dot_s8, before);
}

/// All of them, by the bytes of weights that a unit has, by the way in which they are summed up, and by what
/// is added to the sums of a row of inputs.
#[inline(always)]
#[allow(clippy::too_many_arguments)] // those of all
fn each_row<S: Scales>(
    p: &FullyConnected<S::Output>,
    bytes: usize,
    weights: Flash<'_, i8>,
    bias: Flash<'_, i32>,
    scales: S,
    planes: Planes<'_, i8>,
    dot: impl Fn(i32, Flash<'_, i8>, &[i8]) -> i32,
    before: impl Fn(&[i8]) -> i32,
) {
    let mut runs = planes.runs(p.depth, p.units);
    while let Some((input, output)) = runs.next() {
        for (input, output) in rows(input, p.depth).zip(rows_mut(output, p.units)) {
            let before = before(input);
            let mut scales = scales.each();
            let units = weights.chunks(bytes).zip(bias.iter());
            for (y, (weights, bias)) in output.iter_mut().zip(units) {
                let acc = dot(bias.wrapping_add(before), weights, input);
                // Not earlier: it would take registers from the sum.
                let Some(scale) = scales.next() else { return };
                *y = S::to_s8(acc, scale, p.output);
            }
        }
    }
}

/// Shape and range of a fully connected layer over a ring.
#[derive(Clone, Copy, Debug)]
pub struct FullyConnectedRing<R = Requantization> {
    /// Shape of the input, the whole of which is one row.
    pub ring: Ring,
    /// Shape of the layer.
    pub layer: FullyConnected<R>,
}

/// The same for one row that is kept as a ring.
#[cfg_attr(not(debug_assertions), inline)]
#[allow(clippy::too_many_arguments)] // constants are told apart by name
pub fn fully_connected_ring_s8(
    p: &FullyConnectedRing,
    weights: Flash<'_, i8>,
    bias: Flash<'_, i32>,
    multipliers: Flash<'_, i32>,
    shifts: Flash<'_, i8>,
    ring: &[i8],
    oldest: &[u16],
    output: &mut [i8],
) {
    on_ring(p, weights, bias, Full { multipliers, shifts }, ring, oldest, output);
}

/// The same where the outputs are [`Narrow`].
#[cfg_attr(not(debug_assertions), inline)]
#[allow(clippy::too_many_arguments)] // constants are told apart by name
pub fn fully_connected_ring_narrow_s8(
    p: &FullyConnectedRing<Narrow>,
    weights: Flash<'_, i8>,
    bias: Flash<'_, i32>,
    scales: Flash<'_, i32>,
    edges: Flash<'_, i8>,
    ring: &[i8],
    oldest: &[u16],
    output: &mut [i8],
) {
    on_ring(p, weights, bias, Narrowed { scales, edges }, ring, oldest, output);
}

#[inline(always)]
fn on_ring<S: Scales>(
    p: &FullyConnectedRing<S::Output>,
    weights: Flash<'_, i8>,
    bias: Flash<'_, i32>,
    scales: S,
    ring: &[i8],
    oldest: &[u16],
    output: &mut [i8],
) {
    let (older, newer) = p.ring.parts(ring, oldest);
    let mut scales = scales.each();
    let units = weights.chunks(p.layer.depth).zip(bias.iter());
    for (y, (weights, bias)) in output.iter_mut().zip(units) {
        let acc = dot_s8(bias, weights.range(0, older.len()), older);
        let acc = dot_s8(acc, weights.range(older.len(), newer.len()), newer);
        let Some(scale) = scales.next() else { return };
        *y = S::to_s8(acc, scale, p.layer.output);
    }
}

/// `output[row, unit] = clamp(requantize(bias[unit] + Σ weights[unit, i] · input[row, i]))`.
///
/// `multipliers` and `shifts` are per unit.
#[inline]
pub fn fully_connected_s16<A: Accumulator>(
    p: &FullyConnected16<A>,
    weights: Flash<'_, i8>,
    bias: Flash<'_, i32>,
    multipliers: Flash<'_, A::Multiplier>,
    shifts: Flash<'_, i8>,
    planes: Planes<'_, i16>,
) {
    let mut runs = planes.runs(p.depth, p.units);
    while let Some((input, output)) = runs.next() {
        for (input, output) in rows(input, p.depth).zip(rows_mut(output, p.units)) {
            for ((unit, y), weights) in output.iter_mut().enumerate().zip(weights.chunks(p.depth)) {
                let sum = p.sums.dot(p.sums.start(bias, unit), weights, input);
                *y = p.sums.finish(sum, (multipliers, shifts), unit, p.output);
            }
        }
    }
}
