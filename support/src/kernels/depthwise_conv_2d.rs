//! Every output channel is a weighted sum of a window over one channel of an image.

use super::accumulator::Accumulator;
use super::lanes::{LANES, multiply_add, multiply_add_s16};
use super::planes::Planes;
use super::reach::Reach;
use super::requantization::{Full, Narrow, Narrowed, Requantization, Scales, Units};
use super::ring::Ring;
use super::rows::rows_mut;
use super::vectors;
use super::window::{Taps, Window};
use crate::inner::flash::Flash;
use crate::inner::{LaneTaps, VECTORS, multiply_add_taps, product, unknown};

/// Shape and range of a depthwise convolution.
#[derive(Clone, Copy, Debug)]
pub struct DepthwiseConv2d<R = Requantization> {
    /// How the window moves.
    pub window: Window,
    /// Units that see the same channel.
    pub multiplier: usize,
    /// Zero point of the input, which the padding holds.
    pub padding: i8,
    /// Range of the output.
    pub output: R,
}

impl<R> DepthwiseConv2d<R> {
    /// How far an output of so many elements may be laid over the input.
    pub const fn reach(&self, output_len: usize) -> Reach {
        self.window.reach(output_len)
    }
}

impl DepthwiseConv2dOffset {
    /// How far an output of so many elements may be laid over the input.
    pub const fn reach(&self, output_len: usize) -> Reach {
        self.layer.window.reach(output_len)
    }
}

impl<A> DepthwiseConv2d16<A> {
    /// How far an output of so many elements may be laid over the input.
    pub const fn reach(&self, output_len: usize) -> Reach {
        self.window.reach(output_len)
    }
}

/// `output[y, x, c] = clamp(zero point + requantize(bias[c]
///     + Σ weights[row, column, c] · input[y · stride + row, x · stride + column, c]))`.
///
/// The weights are `[row, column, c]`. The bias has the input's zero point folded in.
/// `multipliers` and `shifts` are per channel.
#[cfg_attr(not(debug_assertions), inline)]
pub fn depthwise_conv_2d_s8(
    p: &DepthwiseConv2d,
    weights: Flash<'_, i8>,
    bias: Flash<'_, i32>,
    multipliers: Flash<'_, i32>,
    shifts: Flash<'_, i8>,
    planes: Planes<'_, i8>,
) {
    let units = Units { weights, bias, scales: Full { multipliers, shifts } };
    if VECTORS {
        return vectors::depthwise_conv_2d(p, units, planes);
    }
    each_channel(p, units, planes);
}

/// The same where the outputs are [`Narrow`].
#[cfg_attr(not(debug_assertions), inline)]
pub fn depthwise_conv_2d_narrow_s8(
    p: &DepthwiseConv2d<Narrow>,
    weights: Flash<'_, i8>,
    bias: Flash<'_, i32>,
    scales: Flash<'_, i32>,
    edges: Flash<'_, i8>,
    planes: Planes<'_, i8>,
) {
    each_channel(p, Units { weights, bias, scales: Narrowed { scales, edges } }, planes);
}

#[inline(always)]
fn each_channel<S: Scales>(p: &DepthwiseConv2d<S::Output>, units: Units<'_, S>, planes: Planes<'_, i8>) {
    p.window.each_pixel(planes, |image, rows, columns, output| {
        let (blocks, rest) = output.as_chunks_mut::<LANES>();
        let mut channel = 0usize;
        for block in blocks {
            let image = image.get(channel..).unwrap_or(&[]);
            let pixel = Pixel { p, units, image, rows, columns };
            pixel.block::<_, false>(channel, block);
            channel = channel.wrapping_add(LANES);
        }
        for single in rest.as_chunks_mut::<1>().0 {
            let image = image.get(channel..).unwrap_or(&[]);
            let pixel = Pixel { p, units, image, rows, columns };
            pixel.block::<_, false>(channel, single);
            channel = channel.wrapping_add(1);
        }
    });
}

/// As [`depthwise_conv_2d_s8`] with `multiplier` units for each channel: unit `u` sees channel `u / multiplier`.
#[cfg_attr(not(debug_assertions), inline)]
pub fn depthwise_conv_2d_multiplier_s8(
    p: &DepthwiseConv2d,
    weights: Flash<'_, i8>,
    bias: Flash<'_, i32>,
    multipliers: Flash<'_, i32>,
    shifts: Flash<'_, i8>,
    planes: Planes<'_, i8>,
) {
    let units = Units { weights, bias, scales: Full { multipliers, shifts } };
    each_group(p, units, planes);
}

/// The same where the outputs are [`Narrow`].
#[cfg_attr(not(debug_assertions), inline)]
pub fn depthwise_conv_2d_multiplier_narrow_s8(
    p: &DepthwiseConv2d<Narrow>,
    weights: Flash<'_, i8>,
    bias: Flash<'_, i32>,
    scales: Flash<'_, i32>,
    edges: Flash<'_, i8>,
    planes: Planes<'_, i8>,
) {
    each_group(p, Units { weights, bias, scales: Narrowed { scales, edges } }, planes);
}

/// The same layer with memory for one unit of each of the `CHANNELS`.
#[derive(Clone, Copy, Debug)]
pub struct DepthwiseConv2dVectors<const CHANNELS: usize> {
    /// The layer without the memory.
    pub layer: DepthwiseConv2d,
}

impl<const CHANNELS: usize> DepthwiseConv2dVectors<CHANNELS> {
    /// How far an output of so many elements may be laid over the input.
    pub const fn reach(&self, output_len: usize) -> Reach {
        self.layer.reach(output_len)
    }
}

/// As [`depthwise_conv_2d_multiplier_s8`], for vectors of channels: first the constants of the first unit of each channel,
/// then those of the second.
#[cfg_attr(not(debug_assertions), inline)]
pub fn depthwise_conv_2d_multiplier_vectors_s8<const CHANNELS: usize>(
    p: &DepthwiseConv2dVectors<CHANNELS>,
    weights: Flash<'_, i8>,
    bias: Flash<'_, i32>,
    multipliers: Flash<'_, i32>,
    shifts: Flash<'_, i8>,
    planes: Planes<'_, i8>,
) {
    let units = Units { weights, bias, scales: Full { multipliers, shifts } };
    vectors::depthwise_conv_2d_multiplier(unknown(&p.layer), units, planes, &mut [0; CHANNELS]);
}

#[inline(always)]
fn each_group<S: Scales>(p: &DepthwiseConv2d<S::Output>, units: Units<'_, S>, planes: Planes<'_, i8>) {
    p.window.each_pixel(planes, |image, rows, columns, output| {
        let mut unit = 0usize;
        for (channel, output) in rows_mut(output, p.multiplier).enumerate() {
            let image = image.get(channel..).unwrap_or(&[]);
            let pixel = Pixel { p, units, image, rows, columns };
            let (blocks, rest) = output.as_chunks_mut::<LANES>();
            for block in blocks {
                pixel.block::<_, true>(unit, block);
                unit = unit.wrapping_add(LANES);
            }
            for single in rest.as_chunks_mut::<1>().0 {
                pixel.block::<_, true>(unit, single);
                unit = unit.wrapping_add(1);
            }
        }
    });
}

/// Shape and range of a depthwise convolution over a ring.
#[derive(Clone, Copy, Debug)]
pub struct DepthwiseConv2dRing<R = Requantization> {
    /// Shape of the input: a column of pixels, the whole of which is the window.
    pub ring: Ring,
    /// Channels of the input, and units.
    pub channels: usize,
    /// Range of the output.
    pub output: R,
}

/// The same as [`depthwise_conv_2d_s8`] for one window, the image that is kept as a ring.
#[cfg_attr(not(debug_assertions), inline)]
#[allow(clippy::too_many_arguments)] // constants are told apart by name
pub fn depthwise_conv_2d_ring_s8(
    p: &DepthwiseConv2dRing,
    weights: Flash<'_, i8>,
    bias: Flash<'_, i32>,
    multipliers: Flash<'_, i32>,
    shifts: Flash<'_, i8>,
    ring: &[i8],
    oldest: &[u16],
    output: &mut [i8],
) {
    on_ring(p, Units { weights, bias, scales: Full { multipliers, shifts } }, ring, oldest, output);
}

/// The same where the outputs are [`Narrow`].
#[cfg_attr(not(debug_assertions), inline)]
#[allow(clippy::too_many_arguments)] // constants are told apart by name
pub fn depthwise_conv_2d_ring_narrow_s8(
    p: &DepthwiseConv2dRing<Narrow>,
    weights: Flash<'_, i8>,
    bias: Flash<'_, i32>,
    scales: Flash<'_, i32>,
    edges: Flash<'_, i8>,
    ring: &[i8],
    oldest: &[u16],
    output: &mut [i8],
) {
    on_ring(p, Units { weights, bias, scales: Narrowed { scales, edges } }, ring, oldest, output);
}

#[inline(always)]
fn on_ring<S: Scales>(
    p: &DepthwiseConv2dRing<S::Output>,
    units: Units<'_, S>,
    ring: &[i8],
    oldest: &[u16],
    output: &mut [i8],
) {
    let parts = p.ring.parts(ring, oldest);
    let (blocks, rest) = output.as_chunks_mut::<LANES>();
    let mut channel = 0usize;
    for block in blocks {
        p.block(units, parts, channel, block);
        channel = channel.wrapping_add(LANES);
    }
    for single in rest.as_chunks_mut::<1>().0 {
        p.block(units, parts, channel, single);
        channel = channel.wrapping_add(1);
    }
}

impl<R: Copy> DepthwiseConv2dRing<R> {
    /// The units from `channel`.
    #[inline(always)]
    fn block<S: Scales<Output = R>, const N: usize>(
        &self,
        units: Units<'_, S>,
        (older, newer): (&[i8], &[i8]),
        channel: usize,
        output: &mut [i8; N],
    ) {
        let mut at = channel;
        let mut taps = |mut sums, part: &[i8]| {
            let mut pixels = part.get(channel..).unwrap_or(&[]);
            while let (Some(weights), Some(input)) = (units.weights.array(at), pixels.first_chunk()) {
                sums = multiply_add(sums, &weights, input);
                at = at.wrapping_add(self.channels);
                pixels = pixels.get(self.channels..).unwrap_or(&[]);
            }
            sums
        };
        let sums = taps(units.bias.array(channel).unwrap_or([0; N]), older);
        let sums = taps(sums, newer);
        units.requantize(channel, &sums, output, self.output);
    }
}

/// One pixel of the output, and the image from the first channel that matters.
struct Pixel<'a, S: Scales> {
    p: &'a DepthwiseConv2d<S::Output>,
    units: Units<'a, S>,
    image: &'a [i8],
    rows: Taps,
    columns: Taps,
}

impl<S: Scales> Pixel<'_, S> {
    /// Sums up the units from `unit`, which have a channel each, or one that is `SHARED`.
    #[inline(always)]
    fn block<const N: usize, const SHARED: bool>(&self, unit: usize, output: &mut [i8; N]) {
        let Self { p, units, .. } = self;
        let step = product(p.window.channels, p.window.x.dilation);
        let weight = |tap: usize| unit.wrapping_add(product(tap, p.window.units));
        let inside = |sums, tap, at: usize| {
            let (image, at) = (self.image.get(at..).unwrap_or(&[]), weight(tap));
            let (weights, units, count) = (units.weights, p.window.units, self.columns.inside);
            multiply_add_taps::<N, SHARED>(sums, LaneTaps { weights, at, units, image, step, count })
        };
        let outside = |mut sums, tap, count| {
            let mut at = weight(tap);
            for _ in 0..count {
                if let Some(weights) = units.weights.array(at) {
                    sums = multiply_add(sums, &weights, &[p.padding; N]);
                }
                at = at.wrapping_add(p.window.units);
            }
            sums
        };
        let bias = units.bias.array(unit).unwrap_or([0; N]);
        let sums = p.window.fold(self.rows, self.columns, bias, inside, outside);
        units.requantize(unit, &sums, output, p.output);
    }
}

/// A depthwise convolution whose weights have a zero point.
#[derive(Clone, Copy, Debug)]
pub struct DepthwiseConv2dOffset {
    /// Shape and range.
    pub layer: DepthwiseConv2d,
    /// Zero point of the weights.
    pub weight_zero_point: i32,
}

/// The same as [`depthwise_conv_2d_multiplier_s8`] with `weights[row, column, unit] - weight zero point`,
/// whose bias has the product of both zero points folded in too.
#[cfg_attr(not(debug_assertions), inline)]
pub fn depthwise_conv_2d_offset_s8(
    p: &DepthwiseConv2dOffset,
    weights: Flash<'_, i8>,
    bias: Flash<'_, i32>,
    multipliers: Flash<'_, i32>,
    shifts: Flash<'_, i8>,
    planes: Planes<'_, i8>,
) {
    let DepthwiseConv2d { window, multiplier, padding, output: range } = p.layer;
    let step = product(window.channels, window.x.dilation);
    let add = |sum: i32, weight: Option<i8>, x: i8| {
        let weight = i32::from(weight.unwrap_or(0)).wrapping_sub(p.weight_zero_point);
        sum.wrapping_add(weight.wrapping_mul(x.into()))
    };
    window.each_pixel(planes, |image, rows, columns, output| {
        let mut scales = bias.iter().zip(multipliers.iter().zip(shifts.iter()));
        let mut unit = 0usize;
        for (channel, output) in rows_mut(output, multiplier).enumerate() {
            for y in output {
                let weight = |tap: usize| weights.get(unit.wrapping_add(product(tap, window.units)));
                let inside = |mut sum, tap: usize, at: usize| {
                    let mut input = image.get(channel.wrapping_add(at)..).unwrap_or(&[]);
                    for tap in tap..tap.wrapping_add(columns.inside) {
                        sum = add(sum, weight(tap), input.first().copied().unwrap_or(0));
                        input = input.get(step..).unwrap_or(&[]);
                    }
                    sum
                };
                let outside = |sum, tap: usize, count: usize| {
                    (tap..tap.wrapping_add(count)).fold(sum, |sum, tap| add(sum, weight(tap), padding))
                };
                let Some((bias, (multiplier, shift))) = scales.next() else { return };
                *y = range.to_s8(window.fold(rows, columns, bias, inside, outside), multiplier, shift);
                unit = unit.wrapping_add(1);
            }
        }
    });
}

/// Shape and range of a depthwise convolution of `int16`, with one unit for each channel.
#[derive(Clone, Copy, Debug)]
pub struct DepthwiseConv2d16<A> {
    /// How the window moves.
    pub window: Window,
    /// How sums are kept.
    pub sums: A,
    /// Range of the output, whose zero point is 0.
    pub output: Requantization,
}

/// `output[y, x, c] = clamp(requantize(bias[c]
///     + Σ weights[row, column, c] · input[y · stride + row, x · stride + column, c]))`.
///
/// The weights are `[row, column, c]`. The padding is 0, and so adds nothing. `multipliers` and `shifts`
/// are per channel.
#[inline]
pub fn depthwise_conv_2d_s16<A: Accumulator>(
    p: &DepthwiseConv2d16<A>,
    weights: Flash<'_, i8>,
    bias: Flash<'_, i32>,
    multipliers: Flash<'_, A::Multiplier>,
    shifts: Flash<'_, i8>,
    planes: Planes<'_, i16>,
) {
    p.window.each_pixel(planes, |image, rows, columns, output| {
        let (blocks, rest) = output.as_chunks_mut::<LANES>();
        let mut channel = 0usize;
        for block in blocks {
            let sums: [_; LANES] = sums_s16(p, weights, bias, image, rows, columns, channel);
            for (lane, (y, sum)) in block.iter_mut().zip(sums).enumerate() {
                *y = p.sums.finish(sum, (multipliers, shifts), channel.wrapping_add(lane), p.output);
            }
            channel = channel.wrapping_add(LANES);
        }
        for y in rest {
            let [sum] = sums_s16(p, weights, bias, image, rows, columns, channel);
            *y = p.sums.finish(sum, (multipliers, shifts), channel, p.output);
            channel = channel.wrapping_add(1);
        }
    });
}

/// The sums of the `N` channels from `channel` at one pixel.
#[inline(always)]
fn sums_s16<A: Accumulator, const N: usize>(
    p: &DepthwiseConv2d16<A>,
    weights: Flash<'_, i8>,
    bias: Flash<'_, i32>,
    image: &[i16],
    rows: Taps,
    columns: Taps,
    channel: usize,
) -> [A::Sum; N] {
    let step = product(p.window.channels, p.window.x.dilation);
    let inside = |mut sums, tap, at: usize| {
        let mut image = image.get(at.wrapping_add(channel)..).unwrap_or(&[]);
        let mut at = channel.wrapping_add(product(tap, p.window.units));
        for _ in 0..columns.inside {
            if let (Some(weights), Some(input)) = (weights.array(at), image.first_chunk()) {
                sums = multiply_add_s16(p.sums, sums, &weights, input);
            }
            at = at.wrapping_add(p.window.units);
            image = image.get(step..).unwrap_or(&[]);
        }
        sums
    };
    let start = core::array::from_fn(|lane| p.sums.start(bias, channel.wrapping_add(lane)));
    p.window.fold(rows, columns, start, inside, |sums, _, _| sums)
}
