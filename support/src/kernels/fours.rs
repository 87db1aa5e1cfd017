//! Layers whose weights lie in fours of units side by side: fully connected ones, and convolutions whose windows are
//! brought together pixel by pixel, two pixels at a time.

use super::blocks::{clamp, next_row};
use super::planes::Planes;
use super::reach::Reach;
use super::requantization::Requantization;
use super::window::{Taps, Window};
use crate::inner::flash::Flash;
use crate::inner::{
    FOUR, Tap, UNIT_CONSTANTS, product, requantize_down, sums_of_row, sums_of_taps, sums_of_two_rows, unknown,
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
    let layer = unknown(&p.layer);
    let fours = Fours { weights, constants, output: layer.output };
    layer.convolve(fours, planes, [&mut [0; FILTER], &mut [0; FILTER]]);
}

/// As [`depthwise_conv_2d_s8`](super::depthwise_conv_2d::depthwise_conv_2d_s8), with the weights in its order.
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

/// The constants of a layer, and its range.
#[derive(Clone, Copy)]
struct Fours<'a> {
    weights: Flash<'a, i8>,
    constants: Flash<'a, i32>,
    output: Requantization,
}

impl Fours<'_> {
    /// All units of one row of inputs, or of two of one length.
    #[inline(never)] // one copy for all layers
    fn rows(self, x: &[i8], other: Option<&[i8]>, output: &mut [i8], to_other: Option<&mut [i8]>) {
        let len = product(x.len(), FOUR);
        let mut weights = self.weights.chunks(len);
        let mut constants = self.constants;
        match (other, to_other) {
            (Some(other), Some(to_other)) => {
                let outputs = output.chunks_mut(FOUR).zip(to_other.chunks_mut(FOUR));
                for ((first, second), weights) in outputs.zip(&mut weights) {
                    let [a, b] = sums_of_two_rows(weights, [x, other]);
                    self.finish_two(&constants, [a, b], first, second);
                    constants = rest(constants);
                }
                clamp(self.output, to_other);
            }
            _ => {
                for (output, weights) in output.chunks_mut(FOUR).zip(&mut weights) {
                    self.finish(&constants, sums_of_row(weights, x), output);
                    constants = rest(constants);
                }
            }
        }
        clamp(self.output, output);
    }

    /// From sums of products to outputs.
    #[inline(always)]
    fn finish(&self, constants: &Flash<'_, i32>, sums: [i32; FOUR], output: &mut [i8]) {
        let units = constants.chunks(UNIT_CONSTANTS);
        for ((y, sum), unit) in output.iter_mut().zip(sums).zip(units) {
            let [bias, multiplier, shift] = unit.array(0).unwrap_or([0; UNIT_CONSTANTS]);
            *y = self.output_of(sum.wrapping_add(bias), multiplier, shift);
        }
    }

    /// The same for two rows.
    #[inline(always)]
    fn finish_two(
        &self,
        constants: &Flash<'_, i32>,
        [a, b]: [[i32; FOUR]; 2],
        first: &mut [i8],
        second: &mut [i8],
    ) {
        let outputs = first.iter_mut().zip(second);
        for (((first, second), (a, b)), unit) in
            outputs.zip(a.into_iter().zip(b)).zip(constants.chunks(UNIT_CONSTANTS))
        {
            let [bias, multiplier, shift] = unit.array(0).unwrap_or([0; UNIT_CONSTANTS]);
            *first = self.output_of(a.wrapping_add(bias), multiplier, shift);
            *second = self.output_of(b.wrapping_add(bias), multiplier, shift);
        }
    }

    /// The output of a sum, before a fused activation.
    #[inline(always)]
    fn output_of(&self, sum: i32, multiplier: i32, shift: i32) -> i8 {
        let value = requantize_down(sum, multiplier, shift).wrapping_add(self.output.zero_point);
        value.clamp(i8::MIN.into(), i8::MAX.into()) as i8
    }
}

/// The constants of the units behind the first four.
#[inline(always)]
fn rest(constants: Flash<'_, i32>) -> Flash<'_, i32> {
    const LEN: usize = FOUR * UNIT_CONSTANTS;
    constants.range(LEN, constants.len().wrapping_sub(LEN))
}

#[inline(never)] // one copy for all layers
fn each_pair(depth: usize, units: usize, fours: Fours<'_>, planes: Planes<'_, i8>) {
    let mut runs = planes.runs(depth, units);
    while let Some((mut input, mut output)) = runs.next() {
        // Behind what is needed may be more of the input.
        while let (Some(pixel), Some(to_pixel)) = (input.split_off(..depth), output.split_off_mut(..units)) {
            let to_next = output.split_off_mut(..units);
            let next = if to_next.is_some() { input.split_off(..depth) } else { None };
            fours.rows(pixel, next, to_pixel, to_next);
        }
    }
}

impl WindowFours {
    #[inline(never)] // one copy for all layers
    fn convolve(&self, fours: Fours<'_>, planes: Planes<'_, i8>, [a, b]: [&mut [i8]; 2]) {
        let Window { x: axis, units, .. } = self.window;
        let mut lines = self.window.rows(planes);
        while let Some((image, rows, mut output)) = next_row(&mut lines) {
            let mut columns = axis.outputs();
            while let (Some(first), Some(pixel)) = (columns.next(), output.split_off_mut(..units)) {
                self.gather(image, rows, first, a);
                let to_next = output.split_off_mut(..units);
                let next = columns.next().map(|columns| {
                    self.gather(image, rows, columns, b);
                    &*b
                });
                fours.rows(a, next, pixel, to_next);
            }
        }
    }

    /// What a window with these rows and columns sees.
    #[inline(never)]
    fn gather(&self, image: &[i8], rows: Taps, columns: Taps, x: &mut [i8]) {
        let Window { x: axis, y, channels, .. } = self.window;
        let distance = product(product(axis.input, channels), y.dilation);
        let run = product(axis.taps, channels);
        if rows.inside < y.taps || columns.inside < axis.taps {
            x.fill(self.padding);
        }
        let inside = product(columns.inside, channels);
        let mut from = image.get(product(columns.first, channels)..).unwrap_or(&[]);
        let before = product(rows.before, run).wrapping_add(product(columns.before, channels));
        let mut to = x.get_mut(before..).unwrap_or(&mut []);
        for _ in 0..rows.inside {
            to.iter_mut().zip(from.get(..inside).unwrap_or(&[])).for_each(|(to, &x)| *to = x);
            to = to.get_mut(run..).unwrap_or(&mut []);
            from = from.get(distance..).unwrap_or(&[]);
        }
    }

    #[inline(never)] // one copy for all layers
    fn each_channel(&self, fours: Fours<'_>, planes: Planes<'_, i8>) {
        let mut lines = self.window.rows(planes);
        while let Some((image, rows, output)) = next_row(&mut lines) {
            let mut pixels = &mut *output;
            for columns in self.window.x.outputs() {
                let Some(pixel) = pixels.split_off_mut(..self.window.units) else { return };
                self.channels(fours, image, rows, columns, pixel);
            }
            clamp(self.output, output);
        }
    }

    /// All channels of one pixel.
    #[inline(always)]
    fn channels(&self, fours: Fours<'_>, image: &[i8], rows: Taps, columns: Taps, output: &mut [i8]) {
        let Window { x, y, channels, .. } = self.window;
        let line = product(product(x.input, y.dilation), channels);
        let steps = [
            Tap { row: product(x.taps, channels), column: channels },
            Tap { row: line, column: product(x.dilation, channels) },
        ];
        let image = image.get(product(columns.first, channels)..).unwrap_or(&[]);
        let is_inside = rows.inside == y.taps && columns.inside == x.taps;
        let mut channel = 0usize;
        while let Some(last) = channels.checked_sub(FOUR) {
            // The last four may begin with channels that are done.
            channel = channel.min(last);
            let weights = fours.weights.range(channel, fours.weights.len().wrapping_sub(channel));
            let image = image.get(channel..).unwrap_or(&[]);
            let sums = match is_inside {
                true => sums_of_taps([0; FOUR], [y.taps, x.taps], steps, weights, image),
                false => self.at_border(rows, columns, steps, weights, image),
            };
            let at = product(channel, UNIT_CONSTANTS);
            let constants = fours.constants.range(at, FOUR * UNIT_CONSTANTS);
            let Some(to) = output.get_mut(channel..channel.wrapping_add(FOUR)) else { return };
            fours.finish(&constants, sums, to);
            if channel == last {
                return;
            }
            channel = channel.wrapping_add(FOUR);
        }
    }

    /// The sums of four channels where some taps see the padding.
    #[inline(never)]
    fn at_border(
        &self,
        rows: Taps,
        columns: Taps,
        [w, x]: [Tap; 2],
        weights: Flash<'_, i8>,
        image: &[i8],
    ) -> [i32; FOUR] {
        let from = |tap: usize| {
            let start = product(tap, w.column);
            weights.range(start, weights.len().wrapping_sub(start))
        };
        let padding = [self.padding; FOUR];
        let mut image = image;
        let inside = |sums, tap, _| {
            let sums = sums_of_taps(sums, [1, columns.inside], [w, x], from(tap), image);
            image = image.get(x.row..).unwrap_or(&[]);
            sums
        };
        let outside = |sums, tap, count| {
            sums_of_taps(sums, [1, count], [w, Tap { row: 0, column: 0 }], from(tap), &padding)
        };
        self.window.fold(rows, columns, [0; FOUR], inside, outside)
    }
}
