//! Depthwise convolutions with any window that take what they need of the image where it is, a pixel at a time.

use super::depthwise_pixels;
use super::planes::Planes;
use super::reach::Reach;
use super::requantization::{Limits, Once, Requantization};
use super::window::Window;
use crate::inner::flash::Flash;
use crate::inner::{
    TAPS_CONSTANTS, TAPS_CONSTANTS_ONCE, Tap, TapsOfPixel, depthwise_pixel, depthwise_pixel_once, product,
    unknown,
};

/// Shape and range of a depthwise convolution with one unit for each of four channels or more.
#[derive(Clone, Copy, Debug)]
pub struct DepthwiseConv2dTaps<R = Requantization> {
    /// How the window moves.
    pub window: Window,
    /// Zero point of the input, which the padding holds.
    pub padding: i8,
    /// Range of the output.
    pub output: R,
}

/// The same with several units for each channel, and memory for one unit of each of the `CHANNELS`.
#[derive(Clone, Copy, Debug)]
pub struct DepthwiseConv2dUnits<const CHANNELS: usize, R = Requantization> {
    /// The layer without the memory.
    pub layer: DepthwiseConv2dTaps<R>,
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
    each_channel(unknown(p), weights, constants, planes);
}

/// The same where the outputs are rounded [`Once`]: constants are the biases, then the multipliers.
#[cfg_attr(not(debug_assertions), inline)]
pub fn depthwise_conv_2d_taps_once_s8(
    p: &DepthwiseConv2dTaps<Once>,
    weights: Flash<'_, i8>,
    constants: Flash<'_, i32>,
    planes: Planes<'_, i8>,
) {
    each_channel(unknown(p), weights, constants, planes);
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
    each_unit(layer, *multiplier, weights, constants, planes, &mut [0; CHANNELS]);
}

/// The same where the outputs are rounded [`Once`].
#[cfg_attr(not(debug_assertions), inline)]
pub fn depthwise_conv_2d_multiplier_taps_once_s8<const CHANNELS: usize>(
    p: &DepthwiseConv2dUnits<CHANNELS, Once>,
    weights: Flash<'_, i8>,
    constants: Flash<'_, i32>,
    planes: Planes<'_, i8>,
) {
    let DepthwiseConv2dUnits { layer, multiplier } = unknown(p);
    each_unit(layer, *multiplier, weights, constants, planes, &mut [0; CHANNELS]);
}

impl<const CHANNELS: usize, R> DepthwiseConv2dUnits<CHANNELS, R> {
    /// How far an output of so many elements may be laid over the input.
    pub const fn reach(&self, output_len: usize) -> Reach {
        self.layer.reach(output_len)
    }
}

impl<R> DepthwiseConv2dTaps<R> {
    /// How far an output of so many elements may be laid over the input.
    pub const fn reach(&self, output_len: usize) -> Reach {
        self.window.reach(output_len)
    }
}

/// A loop over the channels of a pixel, with weights, constants, the image and the outputs.
type Pixel = fn(&TapsOfPixel, Flash<'_, i8>, Flash<'_, i32>, &[i8], &mut [i8]);

/// What all channels of an output have in common, which tells what their constants are.
trait OfChannels: Limits {
    /// Words of a channel.
    const CONSTANTS: usize;

    /// The loop over a pixel.
    const PIXEL: Pixel;

    /// Zero point of the output, if biases do not have it.
    fn zero_point(self) -> i32;
}

impl OfChannels for Requantization {
    const CONSTANTS: usize = TAPS_CONSTANTS;
    const PIXEL: Pixel = depthwise_pixel;

    #[inline(always)]
    fn zero_point(self) -> i32 {
        self.zero_point
    }
}

impl OfChannels for Once {
    const CONSTANTS: usize = TAPS_CONSTANTS_ONCE;
    const PIXEL: Pixel = depthwise_pixel_once;

    #[inline(always)]
    fn zero_point(self) -> i32 {
        0
    }
}

#[inline(never)] // one copy for all layers
fn each_channel<R: OfChannels>(
    p: &DepthwiseConv2dTaps<R>,
    weights: Flash<'_, i8>,
    constants: Flash<'_, i32>,
    planes: Planes<'_, i8>,
) {
    each_pixel(p, planes, |taps, start, image, pixel| {
        let weights = weights.range(start, weights.len().wrapping_sub(start));
        R::PIXEL(taps, weights, constants, image, pixel);
    });
}

#[inline(never)] // one copy for all layers
fn each_unit<R: OfChannels>(
    p: &DepthwiseConv2dTaps<R>,
    multiplier: usize,
    weights: Flash<'_, i8>,
    constants: Flash<'_, i32>,
    planes: Planes<'_, i8>,
    part: &mut [i8],
) {
    let Window { x, y, channels, .. } = p.window;
    let of_one = product(product(y.taps, x.taps), channels);
    let words = product(channels, R::CONSTANTS);
    each_pixel(p, planes, |taps, start, image, pixel| {
        depthwise_pixels::each_unit(multiplier, part, pixel, |nth, part| {
            let first = product(nth, of_one).wrapping_add(start);
            let weights = weights.range(first, weights.len().wrapping_sub(first));
            let constants = constants.range(product(nth, words), words);
            R::PIXEL(taps, weights, constants, image, part);
        });
    });
}

/// What each pixel of the output sees: taps, the first one's first weight, and the image from the first tap.
#[inline(always)]
fn each_pixel<R: OfChannels>(
    p: &DepthwiseConv2dTaps<R>,
    planes: Planes<'_, i8>,
    mut each: impl FnMut(&TapsOfPixel, usize, &[i8], &mut [i8]),
) {
    let Window { x, y, channels, .. } = p.window;
    let mut taps = TapsOfPixel {
        channels,
        rows: 0,
        columns: 0,
        image: Tap {
            row: product(product(x.input, y.dilation), channels),
            column: product(x.dilation, channels),
        },
        weights: Tap { row: product(x.taps, channels), column: channels },
        padding: p.padding,
        zero_point: p.output.zero_point(),
    };
    depthwise_pixels::each_pixel(&p.window, p.output, planes, |image, rows, columns, pixel| {
        (taps.rows, taps.columns) = (rows.inside, columns.inside);
        let tap = product(rows.before, x.taps).wrapping_add(columns.before);
        each(&taps, product(tap, channels), image, pixel);
    });
}
