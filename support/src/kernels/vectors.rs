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
    ANY_CHANNELS, ANY_ROWS, ChannelWindow, CopiedRows, FEW_CHANNELS, Factor, LONG_ROWS, MANY_CHANNELS,
    Rounding, SHORT_ROWS, SumScales, Twice, UnitChannels, UnitConstants, UnitRows, UpperHalf,
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

/// What makes outputs of rows, whatever constants it has.
trait Rows {
    /// As many rows as there are.
    fn all(&self, input: &[i8], output: &mut [i8]);
}

impl<R: Rounding, const LOOP: u8> Rows for UnitRows<'_, R, LOOP> {
    fn all(&self, input: &[i8], output: &mut [i8]) {
        unit_rows(self, input, output);
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
    let (constants, to) = (S::constants(units, output), output.limits());
    match constants.loop_of_rows(depth, count) {
        ANY_ROWS => {
            all_rows(&UnitRows::<_, ANY_ROWS>::new(depth, count, constants), depth, count, to, planes)
        }
        SHORT_ROWS => {
            all_rows(&UnitRows::<_, SHORT_ROWS>::new(depth, count, constants), depth, count, to, planes)
        }
        _ => all_rows(&UnitRows::<_, LONG_ROWS>::new(depth, count, constants), depth, count, to, planes),
    }
}

#[inline(never)] // one copy for all layers
fn all_rows(rows: &dyn Rows, depth: usize, units: usize, to: (i32, i32), planes: Planes<'_, i8>) {
    let mut runs = planes.runs(depth, units);
    while let Some((input, output)) = runs.next() {
        rows.all(input, output);
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
    let (filter, count, constants) = (filter(p), p.window.units, S::constants(units, p.output));
    let p = unknown(p);
    match constants.loop_of_rows(filter, count) {
        ANY_ROWS => with_memory(filter, p, &UnitRows::<_, ANY_ROWS>::new(filter, count, constants), planes),
        SHORT_ROWS => {
            with_memory(filter, p, &UnitRows::<_, SHORT_ROWS>::new(filter, count, constants), planes)
        }
        _ => with_memory(filter, p, &UnitRows::<_, LONG_ROWS>::new(filter, count, constants), planes),
    }
}

/// Several windows share what a block of units takes to begin.
#[inline(always)]
fn with_memory<L: Limits>(filter: usize, p: &Conv2d<L>, rows: &dyn Rows, planes: Planes<'_, i8>) {
    match filter {
        ..=64 => windows_in::<SMALL, L>(p, rows, planes),
        65..=MIDDLE => windows_in::<MIDDLE, L>(p, rows, planes),
        _ => windows_in::<LARGE, L>(p, rows, planes),
    }
}

#[inline(never)] // the stack holds the memory that is taken
fn windows_in<const LEN: usize, L: Limits>(p: &Conv2d<L>, rows: &dyn Rows, planes: Planes<'_, i8>) {
    windows(p, rows, planes, &mut [0; LEN]);
}

#[inline(never)] // one copy for all layers
fn windows(p: &Conv2d<impl Limits>, of_units: &dyn Rows, planes: Planes<'_, i8>, memory: &mut [i8]) {
    let Window { x: axis, units, .. } = p.window;
    let filter = filter(p);
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
            of_units.all(memory, output);
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

/// What makes outputs of channels, as [`Rows`].
trait Channels {
    /// All that pixels see.
    fn all(&self, window: &ChannelWindow, image: &[i8], output: &mut [i8]);
}

impl<R: Rounding, const LOOP: u8> Channels for UnitChannels<'_, R, LOOP> {
    fn all(&self, window: &ChannelWindow, image: &[i8], output: &mut [i8]) {
        channel_windows(window, self, image, output);
    }
}

/// A depthwise convolution with one unit for each channel.
#[inline(always)]
pub(super) fn depthwise_conv_2d<'a, S: VectorScales<'a>>(
    p: &DepthwiseConv2d<S::Output>,
    units: Units<'a, S>,
    planes: Planes<'_, i8>,
) {
    let (channels, taps) = (p.window.channels, product(p.window.y.taps, p.window.x.taps));
    let (constants, p) = (S::constants(units, p.output), unknown(p));
    match constants.loop_of_channels(channels, taps) {
        ANY_CHANNELS => {
            depthwise_rows(p, &UnitChannels::<_, ANY_CHANNELS>::new(channels, taps, constants), planes)
        }
        FEW_CHANNELS => {
            depthwise_rows(p, &UnitChannels::<_, FEW_CHANNELS>::new(channels, taps, constants), planes)
        }
        _ => depthwise_rows(p, &UnitChannels::<_, MANY_CHANNELS>::new(channels, taps, constants), planes),
    }
}

#[inline(never)] // one copy for all layers
fn depthwise_rows(p: &DepthwiseConv2d<impl Limits>, units: &dyn Channels, planes: Planes<'_, i8>) {
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
            units.all(&window, image, output);
        }
        clamp(p.output, output);
    }
}

/// The same with several units for each channel: first the constants of the first unit of each channel, then those of the
/// second. `part` holds one unit of each.
#[inline(always)]
pub(super) fn depthwise_conv_2d_multiplier<'a, S: VectorScales<'a>>(
    p: &DepthwiseConv2d<S::Output>,
    units: Units<'a, S>,
    planes: Planes<'_, i8>,
    part: &mut [i8],
) {
    let (channels, taps) = (p.window.channels, product(p.window.y.taps, p.window.x.taps));
    let (constants, p) = (S::constants(units, p.output), unknown(p));
    match constants.loop_of_channels(channels, taps) {
        ANY_CHANNELS => depthwise_pixels::<_, _, ANY_CHANNELS>(p, constants, planes, part),
        FEW_CHANNELS => depthwise_pixels::<_, _, FEW_CHANNELS>(p, constants, planes, part),
        _ => depthwise_pixels::<_, _, MANY_CHANNELS>(p, constants, planes, part),
    }
}

#[inline(never)] // one copy for all layers
fn depthwise_pixels<L: Limits, R: Rounding, const LOOP: u8>(
    p: &DepthwiseConv2d<L>,
    constants: UnitConstants<'_, R>,
    planes: Planes<'_, i8>,
    part: &mut [i8],
) {
    let Window { y, x, channels, .. } = p.window;
    let taps = product(y.taps, x.taps);
    each_pixel(&p.window, p.output, planes, |image, rows, columns, pixel| {
        let window = channel_window(p, rows, columns, 1);
        each_unit(p.multiplier, part, pixel, |nth, part| {
            let of_nth = constants.range(product(nth, channels), channels, taps);
            channel_windows(&window, &UnitChannels::<_, LOOP>::new(channels, taps, of_nth), image, part);
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
