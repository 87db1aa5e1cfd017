//! Depthwise convolutions that take what they need of the image where it is: with a window of 3 × 3 a row at a
//! time, with any other a pixel at a time.

use super::blocks::{clamp, next_row, rows_of};
use super::depthwise_pixels;
use super::planes::Planes;
use super::reach::Reach;
use super::requantization::Requantization;
use super::window::{Taps, Window};
use crate::inner::flash::Flash;
use crate::inner::{
    CHANNEL_CONSTANTS, Loop3x3, Row3x3, Rows3, TAPS_CONSTANTS, Tap, TapsOfPixel, depthwise_pixel, product,
    unknown,
};

/// Shape and range of a depthwise convolution with a window of 3 × 3 that has padding on one side of a row and of a
/// column at most, and moves by `STRIDE` in both directions. `TIES` tells whether it matters how sums
/// halfway between negative outputs are rounded.
#[derive(Clone, Copy, Debug)]
pub struct DepthwiseConv2d3x3<const STRIDE: usize, const TIES: bool> {
    /// How the window moves.
    pub window: Window,
    /// Zero point of the input, which the padding holds.
    pub padding: i8,
    /// Range of the output.
    pub output: Requantization,
}

impl<const STRIDE: usize, const TIES: bool> DepthwiseConv2d3x3<STRIDE, TIES> {
    /// How far an output of so many elements may be laid over the input.
    pub const fn reach(&self, output_len: usize) -> Reach {
        self.window.reach(output_len)
    }
}

/// The same with several units for each channel, and memory for a `ROW` of the output, of one unit of each channel.
#[derive(Clone, Copy, Debug)]
pub struct DepthwiseConv2d3x3Units<const STRIDE: usize, const TIES: bool, const ROW: usize> {
    /// The layer without the memory.
    pub layer: DepthwiseConv2d3x3<STRIDE, TIES>,
    /// Units that see the same channel.
    pub multiplier: usize,
}

impl<const STRIDE: usize, const TIES: bool, const ROW: usize> DepthwiseConv2d3x3Units<STRIDE, TIES, ROW> {
    /// How far an output of so many elements may be laid over the input.
    pub const fn reach(&self, output_len: usize) -> Reach {
        self.layer.reach(output_len)
    }
}

/// As [`depthwise_conv_2d_s8`](super::depthwise_conv_2d::depthwise_conv_2d_s8).
#[cfg_attr(not(debug_assertions), inline)]
pub fn depthwise_conv_2d_3x3_s8<const STRIDE: usize, const TIES: bool>(
    p: &DepthwiseConv2d3x3<STRIDE, TIES>,
    constants: Flash<'_, i32>,
    planes: Planes<'_, i8>,
) {
    let p = unknown(p);
    let to = Loop3x3::new::<STRIDE, TIES>();
    let layer = Rows { to: unknown(&to), window: &p.window, padding: p.padding, output: p.output };
    layer.each_row(constants, planes);
}

/// As [`depthwise_conv_2d_multiplier_s8`](super::depthwise_conv_2d::depthwise_conv_2d_multiplier_s8): first the constants
/// of the first unit of each channel, then those of the second.
#[cfg_attr(not(debug_assertions), inline)]
pub fn depthwise_conv_2d_multiplier_3x3_s8<const STRIDE: usize, const TIES: bool, const ROW: usize>(
    p: &DepthwiseConv2d3x3Units<STRIDE, TIES, ROW>,
    constants: Flash<'_, i32>,
    planes: Planes<'_, i8>,
) {
    let DepthwiseConv2d3x3Units { layer: p, multiplier } = unknown(p);
    let to = Loop3x3::new::<STRIDE, TIES>();
    let layer = Rows { to: unknown(&to), window: &p.window, padding: p.padding, output: p.output };
    layer.each_unit(*multiplier, constants, planes, &mut [0; ROW]);
}

/// A layer with a window of 3 × 3.
struct Rows<'a> {
    to: &'a Loop3x3,
    window: &'a Window,
    padding: i8,
    output: Requantization,
}

impl Rows<'_> {
    #[inline(never)] // one copy for all layers
    fn each_row(&self, constants: Flash<'_, i32>, planes: Planes<'_, i8>) {
        let row = self.row();
        let mut lines = rows_of(self.window, planes);
        while let Some((image, rows, output)) = next_row(&mut lines) {
            self.to.row(&row, seen(rows), constants, image, output);
            clamp(self.output, output);
        }
    }

    #[inline(never)] // one copy for all layers
    fn each_unit(
        &self,
        multiplier: usize,
        constants: Flash<'_, i32>,
        planes: Planes<'_, i8>,
        part: &mut [i8],
    ) {
        let row = self.row();
        let words = product(row.channels, CHANNEL_CONSTANTS);
        let mut lines = rows_of(self.window, planes);
        while let Some((image, rows, output)) = next_row(&mut lines) {
            depthwise_pixels::each_unit(multiplier, part, output, |nth, part| {
                let constants = constants.range(product(nth, words), words);
                self.to.row(&row, seen(rows), constants, image, part);
            });
            clamp(self.output, output);
        }
    }

    #[inline(always)]
    fn row(&self) -> Row3x3 {
        Row3x3 {
            channels: self.window.channels,
            width: self.window.x.input,
            outputs: self.window.x.output,
            left: self.window.x.pad > 0,
            padding: self.padding,
            zero_point: self.output.zero_point,
        }
    }
}

/// Which of three rows are on the image.
#[inline(always)]
fn seen(rows: Taps) -> Rows3 {
    match rows {
        Taps { inside: 3, .. } => Rows3::All,
        Taps { before: 0, .. } => Rows3::Upper,
        _ => Rows3::Lower,
    }
}

/// Shape and range of a depthwise convolution with one unit for each of four channels or more.
#[derive(Clone, Copy, Debug)]
pub struct DepthwiseConv2dTaps {
    /// How the window moves.
    pub window: Window,
    /// Zero point of the input, which the padding holds.
    pub padding: i8,
    /// Range of the output.
    pub output: Requantization,
}

/// The same with several units for each channel, and memory for one unit of each of the `CHANNELS`.
#[derive(Clone, Copy, Debug)]
pub struct DepthwiseConv2dUnits<const CHANNELS: usize> {
    /// The layer without the memory.
    pub layer: DepthwiseConv2dTaps,
    /// Units that see the same channel.
    pub multiplier: usize,
}

/// As [`depthwise_conv_2d_s8`](super::depthwise_conv_2d::depthwise_conv_2d_s8), with a bias that has no zero point
/// folded in.
#[cfg_attr(not(debug_assertions), inline)]
pub fn depthwise_conv_2d_taps_s8(
    p: &DepthwiseConv2dTaps,
    weights: Flash<'_, i8>,
    constants: Flash<'_, i32>,
    planes: Planes<'_, i8>,
) {
    unknown(p).each_channel(weights, constants, planes);
}

/// As [`depthwise_conv_2d_multiplier_s8`](super::depthwise_conv_2d::depthwise_conv_2d_multiplier_s8), with a bias as above:
/// first the weights and the constants of the first unit of each channel, then those of the second.
#[cfg_attr(not(debug_assertions), inline)]
pub fn depthwise_conv_2d_multiplier_taps_s8<const CHANNELS: usize>(
    p: &DepthwiseConv2dUnits<CHANNELS>,
    weights: Flash<'_, i8>,
    constants: Flash<'_, i32>,
    planes: Planes<'_, i8>,
) {
    let DepthwiseConv2dUnits { layer, multiplier } = unknown(p);
    layer.each_unit(*multiplier, weights, constants, planes, &mut [0; CHANNELS]);
}

impl<const CHANNELS: usize> DepthwiseConv2dUnits<CHANNELS> {
    /// How far an output of so many elements may be laid over the input.
    pub const fn reach(&self, output_len: usize) -> Reach {
        self.layer.reach(output_len)
    }
}

impl DepthwiseConv2dTaps {
    /// How far an output of so many elements may be laid over the input.
    pub const fn reach(&self, output_len: usize) -> Reach {
        self.window.reach(output_len)
    }

    #[inline(never)] // one copy for all layers
    fn each_channel(&self, weights: Flash<'_, i8>, constants: Flash<'_, i32>, planes: Planes<'_, i8>) {
        self.each_pixel(planes, |taps, start, image, pixel| {
            let weights = weights.range(start, weights.len().wrapping_sub(start));
            depthwise_pixel(taps, weights, constants, image, pixel);
        });
    }

    #[inline(never)] // one copy for all layers
    fn each_unit(
        &self,
        multiplier: usize,
        weights: Flash<'_, i8>,
        constants: Flash<'_, i32>,
        planes: Planes<'_, i8>,
        part: &mut [i8],
    ) {
        let Window { x, y, channels, .. } = self.window;
        let of_one = product(product(y.taps, x.taps), channels);
        let words = product(channels, TAPS_CONSTANTS);
        self.each_pixel(planes, |taps, start, image, pixel| {
            depthwise_pixels::each_unit(multiplier, part, pixel, |nth, part| {
                let first = product(nth, of_one).wrapping_add(start);
                let weights = weights.range(first, weights.len().wrapping_sub(first));
                let constants = constants.range(product(nth, words), words);
                depthwise_pixel(taps, weights, constants, image, part);
            });
        });
    }

    /// What each pixel of the output sees: taps, the first one's first weight, and the image from the first tap.
    #[inline(always)]
    fn each_pixel(
        &self,
        planes: Planes<'_, i8>,
        mut each: impl FnMut(&TapsOfPixel, usize, &[i8], &mut [i8]),
    ) {
        let Window { x, y, channels, .. } = self.window;
        let mut taps = TapsOfPixel {
            channels,
            rows: 0,
            columns: 0,
            image: Tap {
                row: product(product(x.input, y.dilation), channels),
                column: product(x.dilation, channels),
            },
            weights: Tap { row: product(x.taps, channels), column: channels },
            padding: self.padding,
            zero_point: self.output.zero_point,
        };
        depthwise_pixels::each_pixel(&self.window, self.output, planes, |image, rows, columns, pixel| {
            (taps.rows, taps.columns) = (rows.inside, columns.inside);
            let tap = product(rows.before, x.taps).wrapping_add(columns.before);
            each(&taps, product(tap, channels), image, pixel);
        });
    }
}
