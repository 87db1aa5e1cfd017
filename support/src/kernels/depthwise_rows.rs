//! Depthwise convolutions with a window of 3 × 3 that take what they need of the image where it is, a row at a time.

use super::blocks::{clamp, next_row, rows_of};
use super::depthwise_pixels;
use super::planes::Planes;
use super::reach::Reach;
use super::requantization::{Once, Requantization};
use super::window::{Taps, Window};
use crate::inner::flash::Flash;
use crate::inner::{Loop3x3, Row3x3, Rows3, product, unknown};

/// Shape and range of a depthwise convolution with a window of 3 × 3 that has padding on one side of a row and of a
/// column at most, and moves by `STRIDE` in both directions. `TIES` tells whether it matters how sums
/// halfway between negative outputs are rounded.
#[derive(Clone, Copy, Debug)]
pub struct DepthwiseConv2d3x3<const STRIDE: usize, const TIES: bool, R = Requantization> {
    /// How the window moves.
    pub window: Window,
    /// Zero point of the input, which the padding holds.
    pub padding: i8,
    /// Range of the output.
    pub output: R,
}

impl<const STRIDE: usize, const TIES: bool, R> DepthwiseConv2d3x3<STRIDE, TIES, R> {
    /// How far an output of so many elements may be laid over the input.
    pub const fn reach(&self, output_len: usize) -> Reach {
        self.window.reach(output_len)
    }
}

/// The same with several units for each channel, and memory for a `ROW` of the output, of one unit of each channel.
#[derive(Clone, Copy, Debug)]
pub struct DepthwiseConv2d3x3Units<
    const STRIDE: usize,
    const TIES: bool,
    const ROW: usize,
    R = Requantization,
> {
    /// The layer without the memory.
    pub layer: DepthwiseConv2d3x3<STRIDE, TIES, R>,
    /// Units that see the same channel.
    pub multiplier: usize,
}

impl<const STRIDE: usize, const TIES: bool, const ROW: usize, R>
    DepthwiseConv2d3x3Units<STRIDE, TIES, ROW, R>
{
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

/// The same where the outputs are rounded [`Once`].
#[cfg_attr(not(debug_assertions), inline)]
pub fn depthwise_conv_2d_3x3_once_s8<const STRIDE: usize>(
    p: &DepthwiseConv2d3x3<STRIDE, false, Once>,
    constants: Flash<'_, i32>,
    planes: Planes<'_, i8>,
) {
    let p = unknown(p);
    let to = Loop3x3::once::<STRIDE>();
    let layer = Rows { to: unknown(&to), window: &p.window, padding: p.padding, output: whole(p.output) };
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

/// The same where the outputs are rounded [`Once`].
#[cfg_attr(not(debug_assertions), inline)]
pub fn depthwise_conv_2d_multiplier_3x3_once_s8<const STRIDE: usize, const ROW: usize>(
    p: &DepthwiseConv2d3x3Units<STRIDE, false, ROW, Once>,
    constants: Flash<'_, i32>,
    planes: Planes<'_, i8>,
) {
    let DepthwiseConv2d3x3Units { layer: p, multiplier } = unknown(p);
    let to = Loop3x3::once::<STRIDE>();
    let layer = Rows { to: unknown(&to), window: &p.window, padding: p.padding, output: whole(p.output) };
    layer.each_unit(*multiplier, constants, planes, &mut [0; ROW]);
}

/// The range of outputs that are rounded once, whose biases have the zero point.
#[inline(always)]
fn whole(Once { least, greatest }: Once) -> Requantization {
    Requantization { zero_point: 0, least, greatest }
}

/// A layer with a window of 3 × 3.
struct Rows<'a, const CONSTANTS: usize> {
    to: &'a Loop3x3<CONSTANTS>,
    window: &'a Window,
    padding: i8,
    output: Requantization,
}

impl<const CONSTANTS: usize> Rows<'_, CONSTANTS> {
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
        let words = product(row.channels, CONSTANTS);
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
