//! Layers whose weights lie in fours of units side by side: fully connected ones, and convolutions whose windows are
//! brought together pixel by pixel, two pixels at a time.

use super::blocks::{clamp, next_row, rows_of};
use super::planes::Planes;
use super::reach::Reach;
use super::requantization::Requantization;
use super::window::{Taps, Window};
use crate::inner::flash::Flash;
use crate::inner::{
    CopiedRows, FOUR, FOUR_CONSTANTS, Tap, copy_rows, fours_of_row, fours_of_two_rows, outputs_of_sums,
    product, sums_of_taps, unknown,
};

/// Shape and range of a layer whose every row of inputs, or pixel, becomes a row of outputs.
#[derive(Clone, Copy, Debug)]
pub struct RowFours {
    /// Elements of one row of the input.
    pub depth: usize,
    /// Elements of one row of the output.
    pub units: usize,
    /// Range of the output.
    pub output: Requantization,
}

/// Shape and range of a convolution, with memory for the `FILTER` inputs that a window sees, twice.
#[derive(Clone, Copy, Debug)]
pub struct Conv2dFours<const FILTER: usize> {
    /// The layer without the memory.
    pub layer: WindowFours,
}

/// Shape and range of a convolution, or of a depthwise one with one unit for each of four channels or more.
#[derive(Clone, Copy, Debug)]
pub struct WindowFours {
    /// How the window moves. Columns of a convolution are neighbours in the image.
    pub window: Window,
    /// Zero point of the input, which the padding holds.
    pub padding: i8,
    /// Range of the output.
    pub output: Requantization,
}

/// Shape and range of a depthwise convolution with several units for each of four channels or more, with memory for one
/// unit of each of the `CHANNELS`.
#[derive(Clone, Copy, Debug)]
pub struct DepthwiseFours<const CHANNELS: usize> {
    /// The layer without the memory.
    pub layer: WindowFours,
    /// Units that see the same channel.
    pub multiplier: usize,
}

impl<const CHANNELS: usize> DepthwiseFours<CHANNELS> {
    /// How far an output of so many elements may be laid over the input.
    pub const fn reach(&self, output_len: usize) -> Reach {
        self.layer.reach(output_len)
    }
}

impl RowFours {
    /// How far an output of so many elements may be laid over the input.
    pub const fn reach(&self, output_len: usize) -> Reach {
        Reach::of_runs_in(output_len, self.depth, self.units)
    }
}

impl<const FILTER: usize> Conv2dFours<FILTER> {
    /// How far an output of so many elements may be laid over the input.
    pub const fn reach(&self, output_len: usize) -> Reach {
        self.layer.reach(output_len)
    }
}

impl WindowFours {
    /// How far an output of so many elements may be laid over the input.
    pub const fn reach(&self, output_len: usize) -> Reach {
        self.window.reach(output_len)
    }
}

/// As [`fully_connected_s8`](super::fully_connected::fully_connected_s8).
///
/// The weights are `[four units, i, unit of the four]`, the last four filled up with zeros, and so are the constants,
/// of which each unit has three.
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

/// The same with memory for what two windows see.
#[inline(always)]
pub fn conv_2d_fours_in_s8(
    p: &WindowFours,
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

/// Fours of channels whose sums are in memory.
const RUN: usize = 8;

/// The constants of a layer, and its range.
#[derive(Clone, Copy)]
struct Fours<'a> {
    weights: Flash<'a, i8>,
    constants: Flash<'a, i32>,
    output: Requantization,
}

impl Fours<'_> {
    /// All units of one row of inputs.
    #[inline(never)] // one copy for all layers
    fn row(self, x: &[i8], output: &mut [i8]) {
        let (whole, last) = output.as_chunks_mut::<FOUR>();
        fours_of_row(self.weights, self.constants, x, whole);
        if !last.is_empty() {
            let mut four = [[0; FOUR]];
            let (weights, constants) = self.from(whole.len(), x.len());
            fours_of_row(weights, constants, x, &mut four);
            copy(four.as_flattened(), last);
        }
        clamp(self.output, output);
    }

    /// The same of two rows of one length.
    #[inline(never)] // one copy for all layers
    fn two_rows(self, x: [&[i8]; 2], first: &mut [i8], second: &mut [i8]) {
        let (whole, last) = first.as_chunks_mut::<FOUR>();
        let (second_whole, second_last) = second.as_chunks_mut::<FOUR>();
        fours_of_two_rows(self.weights, self.constants, x, [whole, second_whole]);
        if !last.is_empty() {
            let (mut a, mut b) = ([[0; FOUR]], [[0; FOUR]]);
            let (weights, constants) = self.from(whole.len(), x[0].len());
            fours_of_two_rows(weights, constants, x, [&mut a, &mut b]);
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
        let constants = product(four, FOUR_CONSTANTS);
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

/// Copies elements to what lies `distance` apart.
#[inline(always)]
pub(super) fn spread(from: &[i8], distance: usize, mut to: &mut [i8]) {
    for &x in from {
        let Some(y) = to.first_mut() else { return };
        *y = x;
        to = to.get_mut(distance..).unwrap_or(&mut []);
    }
}

#[inline(never)] // one copy for all layers
fn each_pair(depth: usize, units: usize, fours: Fours<'_>, planes: Planes<'_, i8>) {
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

impl WindowFours {
    #[inline(never)] // one copy for all layers
    fn convolve(&self, fours: Fours<'_>, planes: Planes<'_, i8>, [a, b]: [&mut [i8]; 2]) {
        let Window { x: axis, units, .. } = self.window;
        let mut lines = rows_of(&self.window, planes);
        while let Some((image, rows, mut output)) = next_row(&mut lines) {
            let seen = Seen::new(&self.window, self.padding, image, rows);
            let mut at = 0usize;
            while let Some(pixel) = output.split_off_mut(..units) {
                seen.gather(at, a);
                at = at.wrapping_add(axis.stride);
                match output.split_off_mut(..units) {
                    Some(next) => {
                        seen.gather(at, b);
                        fours.two_rows([a, b], pixel, next);
                    }
                    _ => fours.row(a, pixel),
                }
                at = at.wrapping_add(axis.stride);
            }
        }
    }

    #[inline(never)] // one copy for all layers
    fn each_channel(&self, fours: Fours<'_>, planes: Planes<'_, i8>) {
        let (mut lines, mut sums) = (rows_of(&self.window, planes), [[0; FOUR]; RUN]);
        while let Some((image, rows, output)) = next_row(&mut lines) {
            let mut pixels = &mut *output;
            for columns in self.window.x.outputs() {
                let Some(pixel) = pixels.split_off_mut(..self.window.units) else { return };
                self.channels(fours, (image, rows, columns), &mut sums, pixel);
            }
            clamp(self.output, output);
        }
    }

    #[inline(never)] // one copy for all layers
    fn each_unit(&self, multiplier: usize, fours: Fours<'_>, planes: Planes<'_, i8>, part: &mut [i8]) {
        let Window { x, y, channels, units } = self.window;
        let weights = product(product(y.taps, x.taps), channels);
        let constants = product(channels.wrapping_add(FOUR - 1) / FOUR, FOUR_CONSTANTS);
        let (mut lines, mut sums) = (rows_of(&self.window, planes), [[0; FOUR]; RUN]);
        while let Some((image, rows, output)) = next_row(&mut lines) {
            let mut pixels = &mut *output;
            for columns in x.outputs() {
                let Some(pixel) = pixels.split_off_mut(..units) else { return };
                for nth in 0..multiplier {
                    let of_nth = Fours {
                        weights: fours.weights.range(product(nth, weights), weights),
                        constants: fours.constants.range(product(nth, constants), constants),
                        ..fours
                    };
                    self.channels(of_nth, (image, rows, columns), &mut sums, part);
                    spread(part, multiplier, pixel.get_mut(nth..).unwrap_or(&mut []));
                }
            }
            clamp(self.output, output);
        }
    }

    /// All channels of one pixel.
    #[inline(always)]
    fn channels(
        &self,
        fours: Fours<'_>,
        (image, rows, columns): (&[i8], Taps, Taps),
        sums: &mut [[i32; FOUR]; RUN],
        output: &mut [i8],
    ) {
        let channels = self.window.channels;
        let image = image.get(product(columns.first, channels)..).unwrap_or(&[]);
        let (mut channel, mut four) = (0usize, 0usize);
        while channel < channels {
            let count = channels.wrapping_sub(channel).min(RUN * FOUR) / FOUR;
            // The last four may begin with channels that are done.
            let (from, count) = match count {
                0 => (channels.wrapping_sub(FOUR), 1),
                _ => (channel, count),
            };
            let Some(sums) = sums.get_mut(..count) else { return };
            self.sum_up(fours.weights, image, rows, columns, from, sums);
            let start = product(four, FOUR_CONSTANTS);
            let constants =
                fours.constants.range(start, product(count, FOUR_CONSTANTS)).chunks(FOUR_CONSTANTS);
            four = four.wrapping_add(count);
            let output = output.get_mut(from..).unwrap_or(&mut []).as_chunks_mut::<FOUR>().0;
            for ((output, sums), constants) in output.iter_mut().zip(sums).zip(constants) {
                *output = outputs_of_sums(constants, *sums);
            }
            channel = from.wrapping_add(product(count, FOUR));
        }
    }

    /// The sums of the channels from `channel`.
    #[inline(always)]
    fn sum_up(
        &self,
        weights: Flash<'_, i8>,
        image: &[i8],
        rows: Taps,
        columns: Taps,
        channel: usize,
        sums: &mut [[i32; FOUR]],
    ) {
        let Window { x, y, channels, .. } = self.window;
        let w = Tap { row: product(x.taps, channels), column: channels };
        let line = product(product(x.input, y.dilation), channels);
        let steps = [w, Tap { row: line, column: product(x.dilation, channels) }];
        let tap = product(rows.before, w.row).wrapping_add(product(columns.before, channels));
        let from = |start: usize| weights.range(start, weights.len().wrapping_sub(start));
        let image = image.get(channel..).unwrap_or(&[]);
        let first = channel.wrapping_add(tap);
        sums_of_taps(sums, [rows.inside, columns.inside], steps, from(first), image);
        if rows.inside < y.taps || columns.inside < x.taps {
            self.outside(rows, columns, from(channel), sums);
        }
    }

    /// Adds what the taps on the padding see.
    #[inline(never)]
    fn outside(&self, rows: Taps, columns: Taps, weights: Flash<'_, i8>, sums: &mut [[i32; FOUR]]) {
        let channels = self.window.channels;
        let taps = |(), tap: usize, count: usize| {
            let start = product(tap, channels);
            let mut weights = weights.range(start, weights.len().wrapping_sub(start));
            for _ in 0..count {
                for (sum, w) in sums.as_flattened_mut().iter_mut().zip(weights.iter()) {
                    *sum = sum.wrapping_add(i32::from(w).wrapping_mul(self.padding.into()));
                }
                weights = weights.range(channels, weights.len().wrapping_sub(channels));
            }
        };
        self.window.fold(rows, columns, (), |(), _, _| (), taps);
    }
}

/// What a row of windows sees.
struct Seen<'a> {
    window: &'a Window,
    padding: i8,
    image: &'a [i8],
    rows: Taps,
    /// Elements of a row of a window.
    run: usize,
    /// From one of them to the next.
    distance: usize,
    /// Positions of windows that see no padding.
    inside: usize,
}

impl<'a> Seen<'a> {
    #[inline(always)]
    fn new(window: &'a Window, padding: i8, image: &'a [i8], rows: Taps) -> Self {
        let Window { x, y, channels, .. } = *window;
        let run = product(x.taps, channels);
        let distance = product(product(x.input, channels), y.dilation);
        let inside = if rows.inside < y.taps { 0 } else { x.inside() };
        Self { window, padding, image, rows, run, distance, inside }
    }

    /// What the window sees that starts at `at` of the padded image.
    #[inline(always)]
    fn gather(&self, at: usize, x: &mut [i8]) {
        let first = at.wrapping_sub(self.window.x.pad);
        if first >= self.inside {
            return self.gather_border(at, x);
        }
        let from = self.image.get(product(first, self.window.channels)..).unwrap_or(&[]);
        copy_rows(&self.rows(self.run), from, x);
    }

    /// The same where some of that is padding.
    #[inline(never)] // a row has few of them
    fn gather_border(&self, at: usize, x: &mut [i8]) {
        let run = self.run;
        let Window { x: axis, channels, .. } = *self.window;
        let (rows, columns) = (self.rows, axis.at(at));
        x.fill(self.padding);
        let from = self.image.get(product(columns.first, channels)..).unwrap_or(&[]);
        let before = product(columns.before, channels);
        let start = product(rows.before, run).wrapping_add(before);
        let end = product(rows.before.wrapping_add(rows.inside), run);
        let to = x.get_mut(start..end).unwrap_or(&mut []);
        copy_rows(&self.rows(product(columns.inside, channels)), from, to);
    }

    /// So many elements of each row.
    #[inline(always)]
    fn rows(&self, len: usize) -> CopiedRows {
        CopiedRows { count: self.rows.inside, len, from: self.distance, to: self.run }
    }
}
