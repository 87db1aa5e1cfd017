//! Layers for processors with vector registers: pieces of a row are brought together, or read where they are, and all
//! units work on them.

use super::blocks::{clamp, next_row, rows_of};
use super::conv_2d::{Conv2d, FullyConnected};
use super::depthwise_conv_2d::DepthwiseConv2d;
use super::depthwise_pixels::{each_pixel, each_unit};
use super::planes::Planes;
use super::requantization::{Full, Limits, Once, Requantization, RoundedOnce, Scales, Units};
use super::shapes::{Scaling, Sum};
use super::window::{Taps, Window};
use crate::inner::{
    ChannelWindow, CopiedRows, Factor, Rounding, SumScales, Twice, UnitConstants, UnitRows, UpperHalf,
    channel_windows, copy_rows, fill, product, sums_s8, unit_rows, unknown,
};
use core::cell::Cell;

/// Bytes for windows that are brought together, of which there may be several: the least that suits is taken.
const SMALL: usize = 256;
const MIDDLE: usize = 1024;
const LARGE: usize = 4096;

/// Scales of which the loops know what to do with them.
pub(super) trait VectorScales<'a>: Scales<Output: Limits> {
    /// What the last step needs beside multipliers.
    type Rounding: Rounding;

    /// The constants as the loops have them.
    fn constants(units: Units<'a, Self>, output: Self::Output) -> UnitConstants<'a, Self::Rounding>;
}

impl<'a> VectorScales<'a> for Full<'a> {
    type Rounding = Twice<'a>;

    #[inline(always)]
    fn constants(units: Units<'a, Self>, output: Requantization) -> UnitConstants<'a, Twice<'a>> {
        let Units { weights, bias, scales: Full { multipliers, shifts } } = units;
        UnitConstants { weights, bias, multipliers, rounding: Twice::new(shifts, output.zero_point) }
    }
}

impl<'a> VectorScales<'a> for RoundedOnce<'a> {
    type Rounding = UpperHalf;

    #[inline(always)]
    fn constants(units: Units<'a, Self>, _output: Once) -> UnitConstants<'a, UpperHalf> {
        let Units { weights, bias, scales: RoundedOnce { multipliers } } = units;
        UnitConstants { weights, bias, multipliers, rounding: UpperHalf }
    }
}

/// Every row of the input becomes one of the output.
#[inline(always)]
pub(super) fn each_row<'a, S: VectorScales<'a>>(
    p: &FullyConnected<S::Output>,
    units: Units<'a, S>,
    planes: Planes<'_, i8>,
) {
    let FullyConnected { depth, units: count, output } = *p;
    let layer = UnitRows::new(depth, count, S::constants(units, output));
    all_rows([depth, count], output.limits(), planes, &|input, output| unit_rows(&layer, input, output));
}

#[inline(never)] // one copy for all layers, whatever their constants are
fn all_rows(
    [depth, units]: [usize; 2],
    to: (i32, i32),
    planes: Planes<'_, i8>,
    unit_rows: &dyn Fn(&[i8], &mut [i8]),
) {
    let mut runs = planes.runs(depth, units);
    while let Some((input, output)) = runs.next() {
        unit_rows(input, output);
        clamp(to, output);
    }
}

/// Whether there is memory for a window.
#[inline(always)]
pub(super) fn suits<O>(p: &Conv2d<O>) -> bool {
    (1..=LARGE).contains(&filter(p))
}

/// Bytes of a window.
#[inline(always)]
fn filter<O>(p: &Conv2d<O>) -> usize {
    product(product(p.window.y.taps, p.window.x.taps), p.depth)
}

/// A convolution with one group, and columns that are neighbours in the image.
#[inline(always)]
pub(super) fn conv_2d<'a, S: VectorScales<'a>>(
    p: &Conv2d<S::Output>,
    units: Units<'a, S>,
    planes: Planes<'_, i8>,
) {
    with_memory(filter(p), unknown(p), S::constants(units, p.output), planes);
}

/// Several windows share what a block of units takes to begin.
#[inline(always)]
fn with_memory(
    filter: usize,
    p: &Conv2d<impl Limits>,
    constants: UnitConstants<'_, impl Rounding>,
    planes: Planes<'_, i8>,
) {
    match filter {
        ..=64 => windows_in::<SMALL, _, _>(p, constants, planes),
        65..=MIDDLE => windows_in::<MIDDLE, _, _>(p, constants, planes),
        _ => windows_in::<LARGE, _, _>(p, constants, planes),
    }
}

#[inline(never)] // the stack holds the memory that is taken
fn windows_in<const LEN: usize, L: Limits, R: Rounding>(
    p: &Conv2d<L>,
    constants: UnitConstants<'_, R>,
    planes: Planes<'_, i8>,
) {
    windows(p, constants, planes, &mut [0; LEN]);
}

#[inline(never)] // one copy for all layers
fn windows(
    p: &Conv2d<impl Limits>,
    constants: UnitConstants<'_, impl Rounding>,
    planes: Planes<'_, i8>,
    memory: &mut [i8],
) {
    let Window { x: axis, units, .. } = p.window;
    let filter = filter(p);
    let layer = UnitRows::new(filter, units, constants);
    let mut lines = rows_of(&p.window, planes);
    while let Some((image, rows, output)) = next_row(&mut lines) {
        let mut columns = axis.outputs();
        let mut left = &mut *output;
        while !left.is_empty() {
            let (mut free, mut len) = (&mut *memory, 0usize);
            while let Some(window) = free.split_off_mut(..filter) {
                let Some(columns) = columns.next() else { break };
                gather(p, image, rows, columns, window);
                len = len.wrapping_add(units);
            }
            let Some(output) = left.split_off_mut(..len) else { break };
            if len == 0 {
                break;
            }
            unit_rows(&layer, memory, output);
        }
        clamp(p.output, output);
    }
}

/// What a window with these rows and columns sees.
#[inline(always)]
fn gather<O>(p: &Conv2d<O>, image: &[i8], rows: Taps, columns: Taps, window: &mut [i8]) {
    let Window { x, y, channels, .. } = p.window;
    if rows.inside < y.taps || columns.inside < x.taps {
        fill(window, p.padding);
    }
    let at = product(product(rows.before, x.taps).wrapping_add(columns.before), channels);
    let copied = CopiedRows {
        count: rows.inside,
        len: product(columns.inside, channels),
        from: product(product(x.input, y.dilation), channels),
        to: product(x.taps, channels),
    };
    let image = image.get(product(columns.first, channels)..).unwrap_or(&[]);
    copy_rows(&copied, image, window.get_mut(at..).unwrap_or(&mut []));
}

/// A depthwise convolution with one unit for each channel.
#[inline(always)]
pub(super) fn depthwise_conv_2d<'a, S: VectorScales<'a>>(
    p: &DepthwiseConv2d<S::Output>,
    units: Units<'a, S>,
    planes: Planes<'_, i8>,
) {
    depthwise_rows(unknown(p), S::constants(units, p.output), planes);
}

#[inline(never)] // one copy for all layers
fn depthwise_rows(
    p: &DepthwiseConv2d<impl Limits>,
    constants: UnitConstants<'_, impl Rounding>,
    planes: Planes<'_, i8>,
) {
    let Window { x, channels, .. } = p.window;
    let mut lines = rows_of(&p.window, planes);
    while let Some((image, rows, output)) = next_row(&mut lines) {
        let mut left = &mut *output;
        let mut columns = x.outputs().peekable();
        while let Some(first) = columns.next() {
            // Neighbours whose windows are on the image from side to side go together.
            let mut pixels = 1usize;
            while first.inside == x.taps && columns.next_if(|next| next.inside == x.taps).is_some() {
                pixels = pixels.wrapping_add(1);
            }
            let Some(output) = left.split_off_mut(..product(pixels, channels)) else { break };
            let window = channel_window(p, rows, first, pixels);
            let image = image.get(product(first.first, channels)..).unwrap_or(&[]);
            channel_windows(&window, &constants, image, output);
        }
        clamp(p.output, output);
    }
}

/// The same with several units for each channel: first the constants of the first unit of each channel, then those of the
/// second. `part` holds one unit of each.
#[inline(never)] // one copy for all layers
pub(super) fn depthwise_conv_2d_multiplier<'a, S: VectorScales<'a>>(
    p: &DepthwiseConv2d<S::Output>,
    units: Units<'a, S>,
    planes: Planes<'_, i8>,
    part: &mut [i8],
) {
    let Window { y, x, channels, .. } = p.window;
    let weights = product(product(y.taps, x.taps), channels);
    each_pixel(&p.window, p.output, planes, |image, rows, columns, pixel| {
        let window = channel_window(p, rows, columns, 1);
        each_unit(p.multiplier, part, pixel, |nth, part| {
            let first = product(nth, channels);
            let of_nth = Units {
                weights: units.weights.range(product(nth, weights), weights),
                bias: units.bias.range(first, channels),
                scales: units.scales.range(first, channels),
            };
            channel_windows(&window, &S::constants(of_nth, p.output), image, part);
        });
    });
}

#[inline(always)]
fn channel_window<O>(p: &DepthwiseConv2d<O>, rows: Taps, columns: Taps, pixels: usize) -> ChannelWindow {
    let Window { x, y, channels, .. } = p.window;
    let all = product(y.taps, x.taps);
    let before = product(rows.before, x.taps).wrapping_add(columns.before);
    let between = x.taps.wrapping_sub(columns.inside);
    let to_last = product(rows.inside.wrapping_sub(1), x.taps).wrapping_add(columns.inside);
    let is_outside = rows.inside == 0 || columns.inside == 0;
    let (rows, before, behind) = match is_outside {
        true => (0, all, 0),
        false => (rows.inside, before, all.wrapping_sub(before).wrapping_sub(to_last)),
    };
    ChannelWindow {
        channels,
        pixels,
        stride: product(x.stride, channels),
        rows,
        columns: columns.inside,
        to_row: product(product(x.input, y.dilation), channels),
        to_column: product(x.dilation, channels),
        before,
        between,
        behind,
        padding: p.padding,
    }
}

/// The sum of operands of one shape.
#[inline(always)]
pub(super) fn add<L>(p: &Sum<L>, left: &[Cell<i8>], right: &[Cell<i8>], output: &[Cell<i8>]) {
    let factor = |Scaling { zero_point, multiplier, shift }| Factor { zero_point, multiplier, shift };
    let scales = SumScales {
        left: factor(p.left),
        right: factor(p.right),
        output: factor(p.output),
        headroom: p.headroom,
        least: p.least,
        greatest: p.greatest,
    };
    sums_s8(&scales, left, right, output);
}

#[cfg(test)]
mod tests;
