//! Every output channel is a weighted sum of a window over one channel of an image.

mod offset;
mod ring;
mod s16;

pub use offset::{DepthwiseConv2dOffset, depthwise_conv_2d_offset_s8};
pub use ring::{DepthwiseConv2dRing, depthwise_conv_2d_ring_narrow_s8, depthwise_conv_2d_ring_s8};
pub use s16::{DepthwiseConv2d16, depthwise_conv_2d_s16};

use super::lanes::{LANES, multiply_add};
use super::planes::Planes;
use super::reach::Reach;
use super::requantization::{Full, Narrow, Narrowed, Once, Requantization, RoundedOnce, Scales, Units};
use super::rows::rows_mut;
use super::vectors::{self, VectorScales};
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
    each_plain_channel(p, Units { weights, bias, scales: Full { multipliers, shifts } }, planes);
}

/// The same where the outputs are rounded [`Once`].
#[cfg_attr(not(debug_assertions), inline)]
pub fn depthwise_conv_2d_once_s8(
    p: &DepthwiseConv2d<Once>,
    weights: Flash<'_, i8>,
    bias: Flash<'_, i32>,
    multipliers: Flash<'_, i32>,
    planes: Planes<'_, i8>,
) {
    each_plain_channel(p, Units { weights, bias, scales: RoundedOnce { multipliers } }, planes);
}

/// Both, by the loops of the backend.
#[inline(always)]
fn each_plain_channel<'a, S: VectorScales<'a>>(
    p: &DepthwiseConv2d<S::Output>,
    units: Units<'a, S>,
    planes: Planes<'_, i8>,
) {
    if VECTORS {
        return vectors::depthwise_conv_2d(p, units, planes);
    }
    each_channel(p, units, planes);
}

/// As [`depthwise_conv_2d_s8`] where the outputs are [`Narrow`].
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
pub struct DepthwiseConv2dVectors<const CHANNELS: usize, R = Requantization> {
    /// The layer without the memory.
    pub layer: DepthwiseConv2d<R>,
}

impl<const CHANNELS: usize, R> DepthwiseConv2dVectors<CHANNELS, R> {
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

/// The same where the outputs are rounded [`Once`].
#[cfg_attr(not(debug_assertions), inline)]
pub fn depthwise_conv_2d_multiplier_vectors_once_s8<const CHANNELS: usize>(
    p: &DepthwiseConv2dVectors<CHANNELS, Once>,
    weights: Flash<'_, i8>,
    bias: Flash<'_, i32>,
    multipliers: Flash<'_, i32>,
    planes: Planes<'_, i8>,
) {
    let units = Units { weights, bias, scales: RoundedOnce { multipliers } };
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
