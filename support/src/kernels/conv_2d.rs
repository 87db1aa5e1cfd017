//! Every output channel is a weighted sum of a window that moves over an image.

mod offset;
mod s16;

pub use super::fully_connected::{FullyConnected, FullyConnected16, FullyConnectedOffset};
pub use offset::{Conv2dOffset, conv_2d_1x1_offset_s8, conv_2d_offset_s8};
pub use s16::{Conv2d16, conv_2d_1x1_s16, conv_2d_s16};

use super::fully_connected::{
    fully_connected_narrow_s8, fully_connected_once_s8, fully_connected_s4, fully_connected_s8,
};
use super::planes::Planes;
use super::reach::Reach;
use super::requantization::{Full, Narrow, Narrowed, Once, Requantization, RoundedOnce, Scales, Units};
use super::vectors::{self, VectorScales};
use super::window::{Taps, Window};
use crate::inner::flash::Flash;
use crate::inner::{VECTORS, dot_constant_s4, dot_constant_s8, dot_s4, dot_s8, product};

/// Shape and range of a convolution.
#[derive(Clone, Copy, Debug)]
pub struct Conv2d<R = Requantization> {
    /// How the window moves.
    pub window: Window,
    /// Channels of the input that one unit sees: all, or those of its group.
    pub depth: usize,
    /// Units of one group.
    pub group: usize,
    /// Zero point of the input, which the padding holds.
    pub padding: i8,
    /// Range of the output.
    pub output: R,
}

impl<R> Conv2d<R> {
    /// How far an output of so many elements may be laid over the input.
    pub const fn reach(&self, output_len: usize) -> Reach {
        self.window.reach(output_len)
    }
}

/// A window of one pixel, or one that is the whole image: each pixel, or image, is a row of a fully
/// connected layer.
#[cfg_attr(not(debug_assertions), inline)]
pub fn conv_2d_1x1_s8(
    p: &FullyConnected,
    weights: Flash<'_, i8>,
    bias: Flash<'_, i32>,
    multipliers: Flash<'_, i32>,
    shifts: Flash<'_, i8>,
    planes: Planes<'_, i8>,
) {
    fully_connected_s8(p, weights, bias, multipliers, shifts, planes);
}

/// The same where the outputs are [`Narrow`].
#[cfg_attr(not(debug_assertions), inline)]
pub fn conv_2d_1x1_narrow_s8(
    p: &FullyConnected<Narrow>,
    weights: Flash<'_, i8>,
    bias: Flash<'_, i32>,
    scales: Flash<'_, i32>,
    edges: Flash<'_, i8>,
    planes: Planes<'_, i8>,
) {
    fully_connected_narrow_s8(p, weights, bias, scales, edges, planes);
}

/// The same where the outputs are rounded [`Once`].
#[cfg_attr(not(debug_assertions), inline)]
pub fn conv_2d_1x1_once_s8(
    p: &FullyConnected<Once>,
    weights: Flash<'_, i8>,
    bias: Flash<'_, i32>,
    multipliers: Flash<'_, i32>,
    planes: Planes<'_, i8>,
) {
    fully_connected_once_s8(p, weights, bias, multipliers, planes);
}

/// `output[y, x, unit] = clamp(zero point + requantize(bias[unit]
///     + Σ weights[unit, row, column, i] · input[y · stride + row, x · stride + column, i]))`
/// with one group, and columns that are neighbours in the image.
///
/// The weights are `[unit, row, column, i]`. The bias has the input's zero point folded in.
/// `multipliers` and `shifts` are per unit.
#[cfg_attr(not(debug_assertions), inline)]
pub fn conv_2d_contiguous_s8(
    p: &Conv2d,
    weights: Flash<'_, i8>,
    bias: Flash<'_, i32>,
    multipliers: Flash<'_, i32>,
    shifts: Flash<'_, i8>,
    planes: Planes<'_, i8>,
) {
    convolve_runs(p, Units { weights, bias, scales: Full { multipliers, shifts } }, planes);
}

/// The same where the outputs are rounded [`Once`].
#[cfg_attr(not(debug_assertions), inline)]
pub fn conv_2d_contiguous_once_s8(
    p: &Conv2d<Once>,
    weights: Flash<'_, i8>,
    bias: Flash<'_, i32>,
    multipliers: Flash<'_, i32>,
    planes: Planes<'_, i8>,
) {
    convolve_runs(p, Units { weights, bias, scales: RoundedOnce { multipliers } }, planes);
}

/// Both: a row of the window is one run of memory in the image as in the weights.
#[inline(always)]
fn convolve_runs<'a, S: VectorScales<'a>>(
    p: &Conv2d<S::Output>,
    units: Units<'a, S>,
    planes: Planes<'_, i8>,
) {
    if VECTORS && vectors::suits(p) {
        return vectors::conv_2d(p, units, planes);
    }
    convolve(p, units, planes, dot_s8, |_, _, _| 0);
}

/// As [`conv_2d_contiguous_s8`] where the outputs are [`Narrow`].
#[cfg_attr(not(debug_assertions), inline)]
pub fn conv_2d_contiguous_narrow_s8(
    p: &Conv2d<Narrow>,
    weights: Flash<'_, i8>,
    bias: Flash<'_, i32>,
    scales: Flash<'_, i32>,
    edges: Flash<'_, i8>,
    planes: Planes<'_, i8>,
) {
    convolve(p, Units { weights, bias, scales: Narrowed { scales, edges } }, planes, dot_s8, |_, _, _| 0);
}

/// As [`conv_2d_contiguous_s8`], with any number of groups and columns any distance apart.
#[cfg_attr(not(debug_assertions), inline)]
pub fn conv_2d_s8(
    p: &Conv2d,
    weights: Flash<'_, i8>,
    bias: Flash<'_, i32>,
    multipliers: Flash<'_, i32>,
    shifts: Flash<'_, i8>,
    planes: Planes<'_, i8>,
) {
    convolve_apart(p, Units { weights, bias, scales: Full { multipliers, shifts } }, planes);
}

/// The same where the outputs are [`Narrow`].
#[cfg_attr(not(debug_assertions), inline)]
pub fn conv_2d_narrow_s8(
    p: &Conv2d<Narrow>,
    weights: Flash<'_, i8>,
    bias: Flash<'_, i32>,
    scales: Flash<'_, i32>,
    edges: Flash<'_, i8>,
    planes: Planes<'_, i8>,
) {
    convolve_apart(p, Units { weights, bias, scales: Narrowed { scales, edges } }, planes);
}

/// Both, with columns of the window that do not lie side by side.
#[inline(always)]
fn convolve_apart<S: Scales>(p: &Conv2d<S::Output>, units: Units<'_, S>, planes: Planes<'_, i8>) {
    let step = product(p.window.channels, p.window.x.dilation);
    let dot = |mut acc, weights: Flash<'_, i8>, mut input: &[i8]| {
        let mut start = 0usize;
        while start < weights.len() {
            acc = dot_s8(acc, weights.range(start, p.depth), input);
            start = start.wrapping_add(p.depth.max(1));
            input = input.get(step..).unwrap_or(&[]);
        }
        acc
    };
    convolve(p, units, planes, dot, |_, _, _| 0);
}

/// The same as [`conv_2d_1x1_s8`] with two weights of four bits in each byte; those of a unit begin with a
/// byte of their own.
#[cfg_attr(not(debug_assertions), inline)]
pub fn conv_2d_1x1_s4(
    p: &FullyConnected,
    weights: Flash<'_, i8>,
    bias: Flash<'_, i32>,
    multipliers: Flash<'_, i32>,
    shifts: Flash<'_, i8>,
    planes: Planes<'_, i8>,
) {
    fully_connected_s4(p, weights, bias, multipliers, shifts, planes);
}

/// The same as [`conv_2d_s8`] with two weights of four bits in each byte; those of a tap begin with a byte
/// of their own.
#[cfg_attr(not(debug_assertions), inline)]
pub fn conv_2d_s4(
    p: &Conv2d,
    weights: Flash<'_, i8>,
    bias: Flash<'_, i32>,
    multipliers: Flash<'_, i32>,
    shifts: Flash<'_, i8>,
    planes: Planes<'_, i8>,
) {
    let bytes = p.depth.wrapping_add(1) >> 1;
    let filter = product(product(p.window.y.taps, p.window.x.taps), bytes);
    let step = product(p.window.channels, p.window.x.dilation);
    p.window.each_pixel(planes, |image, rows, columns, output| {
        let scales = multipliers.iter().zip(shifts.iter());
        let (mut start, mut channel, mut left) = (0usize, 0usize, p.group);
        for (y, (bias, (multiplier, shift))) in output.iter_mut().zip(bias.iter().zip(scales)) {
            if left == 0 {
                channel = channel.wrapping_add(p.depth);
                left = p.group;
            }
            let taps = |tap: usize, count: usize| {
                weights.range(start.wrapping_add(product(tap, bytes)), product(count, bytes))
            };
            let inside = |mut acc, tap: usize, at: usize| {
                let mut input = image.get(channel.wrapping_add(at)..).unwrap_or(&[]);
                for tap in tap..tap.wrapping_add(columns.inside) {
                    acc = dot_s4(acc, taps(tap, 1), input);
                    input = input.get(step..).unwrap_or(&[]);
                }
                acc
            };
            let outside = |acc, tap, count| dot_constant_s4(acc, taps(tap, count), p.padding.into());
            let acc = p.window.fold(rows, columns, bias, inside, outside);
            *y = p.output.to_s8(acc, multiplier, shift);
            start = start.wrapping_add(filter);
            left = left.wrapping_sub(1);
        }
    });
}

/// All of them, by the way in which a row of the window is summed up, and by what is added to the sums of a
/// pixel.
#[inline(always)]
fn convolve<S: Scales>(
    p: &Conv2d<S::Output>,
    units: Units<'_, S>,
    planes: Planes<'_, i8>,
    dot: impl Fn(i32, Flash<'_, i8>, &[i8]) -> i32,
    before: impl Fn(&[i8], Taps, Taps) -> i32,
) {
    let filter = product(product(p.window.y.taps, p.window.x.taps), p.depth);
    p.window.each_pixel(planes, |image, rows, columns, output| {
        let before = before(image, rows, columns);
        let scales = units.scales.each();
        let (mut start, mut channel, mut left) = (0usize, 0usize, p.group);
        for (y, (bias, scale)) in output.iter_mut().zip(units.bias.iter().zip(scales)) {
            if left == 0 {
                channel = channel.wrapping_add(p.depth);
                left = p.group;
            }
            let weights = units.weights.range(start, filter);
            let group = image.get(channel..).unwrap_or(&[]);
            let acc = unit(p, weights, bias.wrapping_add(before), group, rows, columns, &dot);
            *y = S::to_s8(acc, scale, p.output);
            start = start.wrapping_add(filter);
            left = left.wrapping_sub(1);
        }
    });
}

/// The sum of one unit at one pixel.
#[inline(always)]
fn unit<R>(
    p: &Conv2d<R>,
    weights: Flash<'_, i8>,
    bias: i32,
    image: &[i8],
    rows: Taps,
    columns: Taps,
    dot: impl Fn(i32, Flash<'_, i8>, &[i8]) -> i32,
) -> i32 {
    let taps = |tap: usize, count: usize| weights.range(product(tap, p.depth), product(count, p.depth));
    let inside = |acc, tap, at| dot(acc, taps(tap, columns.inside), image.get(at..).unwrap_or(&[]));
    let outside = |acc, tap, count| dot_constant_s8(acc, taps(tap, count), p.padding.into());
    p.window.fold(rows, columns, bias, inside, outside)
}
