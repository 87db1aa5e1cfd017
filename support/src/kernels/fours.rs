//! Layers whose weights lie in fours of units side by side: fully connected ones, and convolutions whose windows are
//! brought together pixel by pixel, two pixels at a time.

mod channels;
mod form;
mod windows;

use super::blocks::clamp;
use super::planes::Planes;
use super::reach::Reach;
use super::requantization::{Once, Requantization};
use super::window::Window;
use crate::inner::flash::Flash;
use crate::inner::{FOUR, product, unknown};
pub use form::Form;

/// Shape and range of a layer whose every row of inputs, or pixel, becomes a row of outputs.
#[derive(Clone, Copy, Debug)]
pub struct RowFours<R = Requantization> {
    /// Elements of one row of the input.
    pub depth: usize,
    /// Elements of one row of the output.
    pub units: usize,
    /// Range of the output.
    pub output: R,
}

/// Shape and range of a convolution, with memory for the `FILTER` inputs that a window sees, twice.
#[derive(Clone, Copy, Debug)]
pub struct Conv2dFours<const FILTER: usize, R = Requantization> {
    /// The layer without the memory.
    pub layer: WindowFours<R>,
}

/// Shape and range of a convolution, or of a depthwise one with one unit for each of four channels or more.
#[derive(Clone, Copy, Debug)]
pub struct WindowFours<R = Requantization> {
    /// How the window moves. Columns of a convolution are neighbours in the image.
    pub window: Window,
    /// Zero point of the input, which the padding holds.
    pub padding: i8,
    /// Range of the output.
    pub output: R,
}

/// Shape and range of a depthwise convolution with several units for each of four channels or more, with memory for one
/// unit of each of the `CHANNELS`.
#[derive(Clone, Copy, Debug)]
pub struct DepthwiseFours<const CHANNELS: usize, R = Requantization> {
    /// The layer without the memory.
    pub layer: WindowFours<R>,
    /// Units that see the same channel.
    pub multiplier: usize,
}

impl<const CHANNELS: usize, R> DepthwiseFours<CHANNELS, R> {
    /// How far an output of so many elements may be laid over the input.
    pub const fn reach(&self, output_len: usize) -> Reach {
        self.layer.reach(output_len)
    }
}

impl<R> RowFours<R> {
    /// How far an output of so many elements may be laid over the input.
    pub const fn reach(&self, output_len: usize) -> Reach {
        Reach::of_runs_in(output_len, self.depth, self.units)
    }
}

impl<const FILTER: usize, R> Conv2dFours<FILTER, R> {
    /// How far an output of so many elements may be laid over the input.
    pub const fn reach(&self, output_len: usize) -> Reach {
        self.layer.reach(output_len)
    }
}

impl<R> WindowFours<R> {
    /// How far an output of so many elements may be laid over the input.
    pub const fn reach(&self, output_len: usize) -> Reach {
        self.window.reach(output_len)
    }
}

/// As [`fully_connected_s8`](super::fully_connected::fully_connected_s8).
///
/// The weights are `[four units, i, unit of the four]`, the last four filled up with zeros, and so are the constants,
/// of which each unit has as many as its form of outputs needs.
#[cfg_attr(not(debug_assertions), inline)]
pub fn fully_connected_fours_s8(
    p: &RowFours,
    weights: Flash<'_, i8>,
    constants: Flash<'_, i32>,
    planes: Planes<'_, i8>,
) {
    let RowFours { depth, units, output } = *unknown(p);
    each_pair(depth, units, Fours { weights, constants, output }, planes);
}

/// The same where outputs are rounded [`Once`].
#[cfg_attr(not(debug_assertions), inline)]
pub fn fully_connected_fours_once_s8(
    p: &RowFours<Once>,
    weights: Flash<'_, i8>,
    constants: Flash<'_, i32>,
    planes: Planes<'_, i8>,
) {
    let RowFours { depth, units, output } = *unknown(p);
    each_pair(depth, units, Fours { weights, constants, output }, planes);
}

/// [`fully_connected_fours_s8`] for one row.
#[cfg_attr(not(debug_assertions), inline)]
pub fn fully_connected_row_fours_s8(
    p: &RowFours,
    weights: Flash<'_, i8>,
    constants: Flash<'_, i32>,
    planes: Planes<'_, i8>,
) {
    one_row(p.depth, p.units, Fours { weights, constants, output: p.output }, planes);
}

/// The same where outputs are rounded [`Once`].
#[cfg_attr(not(debug_assertions), inline)]
pub fn fully_connected_row_fours_once_s8(
    p: &RowFours<Once>,
    weights: Flash<'_, i8>,
    constants: Flash<'_, i32>,
    planes: Planes<'_, i8>,
) {
    one_row(p.depth, p.units, Fours { weights, constants, output: p.output }, planes);
}

/// As [`conv_2d_contiguous_s8`](super::conv_2d::conv_2d_contiguous_s8), with constants as above.
#[cfg_attr(not(debug_assertions), inline)]
pub fn conv_2d_fours_s8<const FILTER: usize>(
    p: &Conv2dFours<FILTER>,
    weights: Flash<'_, i8>,
    constants: Flash<'_, i32>,
    planes: Planes<'_, i8>,
) {
    conv_2d_fours_in_s8(unknown(&p.layer), [&mut [0; FILTER], &mut [0; FILTER]], weights, constants, planes);
}

/// The same where outputs are rounded [`Once`].
#[cfg_attr(not(debug_assertions), inline)]
pub fn conv_2d_fours_once_s8<const FILTER: usize>(
    p: &Conv2dFours<FILTER, Once>,
    weights: Flash<'_, i8>,
    constants: Flash<'_, i32>,
    planes: Planes<'_, i8>,
) {
    conv_2d_fours_in_s8(unknown(&p.layer), [&mut [0; FILTER], &mut [0; FILTER]], weights, constants, planes);
}

/// The same with memory for what two windows see.
#[inline(always)]
pub fn conv_2d_fours_in_s8<R: Form>(
    p: &WindowFours<R>,
    memory: [&mut [i8]; 2],
    weights: Flash<'_, i8>,
    constants: Flash<'_, i32>,
    planes: Planes<'_, i8>,
) {
    p.convolve(Fours { weights, constants, output: p.output }, planes, memory);
}

/// As [`depthwise_conv_2d_s8`](super::depthwise_conv_2d::depthwise_conv_2d_s8), with the weights in its order, and the
/// constants of four channels at a time: the last four begin before the ones of their own if four do not divide them.
#[cfg_attr(not(debug_assertions), inline)]
pub fn depthwise_conv_2d_fours_s8(
    p: &WindowFours,
    weights: Flash<'_, i8>,
    constants: Flash<'_, i32>,
    planes: Planes<'_, i8>,
) {
    let p = unknown(p);
    p.each_channel(Fours { weights, constants, output: p.output }, planes);
}

/// The same where outputs are rounded [`Once`].
#[cfg_attr(not(debug_assertions), inline)]
pub fn depthwise_conv_2d_fours_once_s8(
    p: &WindowFours<Once>,
    weights: Flash<'_, i8>,
    constants: Flash<'_, i32>,
    planes: Planes<'_, i8>,
) {
    let p = unknown(p);
    p.each_channel(Fours { weights, constants, output: p.output }, planes);
}

/// As [`depthwise_conv_2d_multiplier_s8`](super::depthwise_conv_2d::depthwise_conv_2d_multiplier_s8): first the weights
/// and the constants of the first unit of each channel, then those of the second.
#[cfg_attr(not(debug_assertions), inline)]
pub fn depthwise_conv_2d_multiplier_fours_s8<const CHANNELS: usize>(
    p: &DepthwiseFours<CHANNELS>,
    weights: Flash<'_, i8>,
    constants: Flash<'_, i32>,
    planes: Planes<'_, i8>,
) {
    let DepthwiseFours { layer, multiplier } = unknown(p);
    let fours = Fours { weights, constants, output: layer.output };
    layer.each_unit(*multiplier, fours, planes, &mut [0; CHANNELS]);
}

/// The same where outputs are rounded [`Once`].
#[cfg_attr(not(debug_assertions), inline)]
pub fn depthwise_conv_2d_multiplier_fours_once_s8<const CHANNELS: usize>(
    p: &DepthwiseFours<CHANNELS, Once>,
    weights: Flash<'_, i8>,
    constants: Flash<'_, i32>,
    planes: Planes<'_, i8>,
) {
    let DepthwiseFours { layer, multiplier } = unknown(p);
    let fours = Fours { weights, constants, output: layer.output };
    layer.each_unit(*multiplier, fours, planes, &mut [0; CHANNELS]);
}

/// The constants of a layer, and its range.
#[derive(Clone, Copy)]
struct Fours<'a, R> {
    weights: Flash<'a, i8>,
    constants: Flash<'a, i32>,
    output: R,
}

impl<R: Form> Fours<'_, R> {
    /// All units of one row of inputs.
    #[inline(never)] // one copy for all layers
    fn row(self, x: &[i8], output: &mut [i8]) {
        let (whole, last) = output.as_chunks_mut::<FOUR>();
        R::row(self.weights, self.constants, x, whole);
        if !last.is_empty() {
            let mut four = [[0; FOUR]];
            let (weights, constants) = self.from(whole.len(), x.len());
            R::row(weights, constants, x, &mut four);
            copy(four.as_flattened(), last);
        }
        clamp(self.output, output);
    }

    /// The same of two rows of one length.
    #[inline(never)] // one copy for all layers
    fn two_rows(self, x: [&[i8]; 2], first: &mut [i8], second: &mut [i8]) {
        let (whole, last) = first.as_chunks_mut::<FOUR>();
        let (second_whole, second_last) = second.as_chunks_mut::<FOUR>();
        R::two_rows(self.weights, self.constants, x, [whole, second_whole]);
        if !last.is_empty() {
            let (mut a, mut b) = ([[0; FOUR]], [[0; FOUR]]);
            let (weights, constants) = self.from(whole.len(), x[0].len());
            R::two_rows(weights, constants, x, [&mut a, &mut b]);
            copy(a.as_flattened(), last);
            copy(b.as_flattened(), second_last);
        }
        clamp(self.output, first);
        clamp(self.output, second);
    }

    /// The constants of the fours from `four`, with `depth` inputs.
    #[inline(always)]
    fn from(&self, four: usize, depth: usize) -> (Flash<'_, i8>, Flash<'_, i32>) {
        let weights = product(product(four, FOUR), depth);
        let constants = product(four, R::CONSTANTS);
        (
            self.weights.range(weights, self.weights.len().wrapping_sub(weights)),
            self.constants.range(constants, self.constants.len().wrapping_sub(constants)),
        )
    }
}

#[inline(always)]
fn copy(from: &[i8], to: &mut [i8]) {
    to.iter_mut().zip(from).for_each(|(to, &from)| *to = from);
}

#[inline(always)] // most of it is known, and it is short
fn one_row<R: Form>(depth: usize, units: usize, fours: Fours<'_, R>, mut planes: Planes<'_, i8>) {
    let Some((input, output)) = planes.split(0, 0, units) else { return };
    let Some(input) = input.get(..depth) else { return };
    fours.row(input, output);
}

#[inline(never)] // one copy for all layers
fn each_pair<R: Form>(depth: usize, units: usize, fours: Fours<'_, R>, planes: Planes<'_, i8>) {
    let mut runs = planes.runs(depth, units);
    while let Some((mut input, mut output)) = runs.next() {
        // Behind what is needed may be more of the input.
        while let (Some(pixel), Some(to_pixel)) = (input.split_off(..depth), output.split_off_mut(..units)) {
            let to_next = output.split_off_mut(..units);
            let next = if to_next.is_some() { input.split_off(..depth) } else { None };
            match (next, to_next) {
                (Some(next), Some(to_next)) => fours.two_rows([pixel, next], to_pixel, to_next),
                _ => fours.row(pixel, to_pixel),
            }
        }
    }
}
