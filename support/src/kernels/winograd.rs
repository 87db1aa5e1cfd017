//! Convolutions of 3 × 3 windows with stride 1 by the algorithm of Winograd: two rows of the output at a time, and of these
//! two tiles of 2 × 2 pixels. `inner::portable::winograd` tells how.

use super::blocks::clamp;
use super::planes::Planes;
use super::reach::Reach;
use super::requantization::Requantization;
use super::window::{Axis, Window};
use crate::inner::flash::Flash;
use crate::inner::{
    BlockOutput, PATCH, TILE_PIXELS, WinogradStep, pad_row, product, unknown, winograd_input, winograd_units,
};

/// Shape and range of a convolution, with memory for `STEPS` pairs of channels and for the `BYTES` of what two tiles see.
#[derive(Clone, Copy, Debug)]
pub struct Conv2dWinograd<const STEPS: usize, const BYTES: usize> {
    /// The layer without the memory.
    pub layer: Winograd,
}

/// Shape and range of a convolution.
#[derive(Clone, Copy, Debug)]
pub struct Winograd {
    /// How the window moves: 3 × 3 neighbours, pixel by pixel. Channels and units are multiples of four.
    pub window: Window,
    /// Zero point of the input, which the padding holds.
    pub padding: i8,
    /// Range of the output.
    pub output: Requantization,
}

impl<const STEPS: usize, const BYTES: usize> Conv2dWinograd<STEPS, BYTES> {
    /// How far an output of so many elements may be laid over the input.
    pub const fn reach(&self, output_len: usize) -> Reach {
        self.layer.reach(output_len)
    }
}

/// As [`conv_2d_contiguous_s8`](super::conv_2d::conv_2d_contiguous_s8).
#[cfg_attr(not(debug_assertions), inline)]
pub fn conv_2d_winograd_s8<const STEPS: usize, const BYTES: usize>(
    p: &Conv2dWinograd<STEPS, BYTES>,
    blocks: Flash<'_, i32>,
    planes: Planes<'_, i8>,
) {
    unknown(&p.layer).convolve(blocks, planes, &mut [[[0; 2]; 16]; STEPS], &mut [0; BYTES]);
}

/// Two rows of the output, and what they see.
struct TwoRows<'a> {
    /// The image from the first row on that is seen.
    image: &'a [i8],
    /// Position of the first row that is seen, in the padded image.
    top: usize,
    output: &'a mut [i8],
}

impl Winograd {
    /// How far an output of so many elements may be laid over the input: one row less than if it was written row by row.
    pub const fn reach(&self, output_len: usize) -> Reach {
        let row = self.window.x.output.saturating_mul(self.window.units);
        let Reach { below, above } = self.window.reach(output_len);
        Reach { below: below.saturating_add(row), above: above.saturating_add(row) }
    }

    /// The convolution with memory for what two tiles see, as it is and transformed.
    #[inline(never)] // one copy for all layers
    pub fn convolve(
        &self,
        blocks: Flash<'_, i32>,
        mut planes: Planes<'_, i8>,
        x: &mut [WinogradStep],
        patch: &mut [i8],
    ) {
        let Window { y, x: axis, channels, units } = self.window;
        let (line, len) = (product(axis.input, channels), product(axis.output, units));
        let (image, result) = (product(line, y.input), product(len, y.output));
        if image == 0 || result == 0 {
            return;
        }
        let backward = planes.is_backward();
        let (mut start, mut at) = match backward {
            true => (planes.input_len().wrapping_sub(image), planes.output_len().wrapping_sub(result)),
            false => (0, 0),
        };
        let mut left = planes.output_len();
        while left >= result {
            left = left.wrapping_sub(result);
            let mut done = 0usize;
            while done < y.output {
                // The last row may be alone.
                let row = if backward { y.output.wrapping_sub(done).wrapping_sub(1) & !1 } else { done };
                let rows = y.output.wrapping_sub(row).min(2);
                let from = start.wrapping_add(product(line, row.saturating_sub(y.pad)));
                let to = at.wrapping_add(product(len, row));
                let Some((image, output)) = planes.split(from, to, product(len, rows)) else { return };
                self.two_rows(blocks, TwoRows { image, top: row, output }, x, patch);
                done = done.wrapping_add(rows);
            }
            if backward {
                (start, at) = (start.wrapping_sub(image), at.wrapping_sub(result));
            } else {
                (start, at) = (start.wrapping_add(image), at.wrapping_add(result));
            }
        }
    }

    /// All tiles of two rows, two by two.
    #[inline(always)]
    fn two_rows(&self, blocks: Flash<'_, i32>, rows: TwoRows<'_>, x: &mut [WinogradStep], patch: &mut [i8]) {
        let Window { x: axis, channels, units, .. } = self.window;
        let line = product(axis.input, channels);
        let to = BlockOutput {
            zero_point: self.output.zero_point,
            ties: self.output.least < self.output.zero_point,
        };
        let mut column = 0usize;
        while column < axis.output {
            match self.inside(&rows, column) {
                Some(seen) => winograd_input(seen, line, channels, x),
                None => {
                    self.gather(&rows, column, patch);
                    winograd_input(patch, product(PATCH.1, channels), channels, x);
                }
            }
            let pixels = self.pixels(column, rows.output.len());
            winograd_units(blocks, x, to, units, &pixels, rows.output);
            column = column.wrapping_add(4);
        }
        clamp(self.output, rows.output);
    }

    /// What two tiles from a column on see, if all of it is on the image.
    #[inline(always)]
    fn inside<'a>(&self, rows: &TwoRows<'a>, column: usize) -> Option<&'a [i8]> {
        let Window { y, x: axis, channels, .. } = self.window;
        let is_inside = |axis: Axis, at: usize, count: usize| {
            at >= axis.pad && at.wrapping_add(count) <= axis.pad.wrapping_add(axis.input)
        };
        let all = is_inside(y, rows.top, PATCH.0) && is_inside(axis, column, PATCH.1);
        let first = product(column.wrapping_sub(axis.pad), channels);
        if all { rows.image.get(first..) } else { None }
    }

    /// Brings together what two tiles see, with the padding around it.
    #[inline(always)]
    fn gather(&self, rows: &TwoRows<'_>, column: usize, patch: &mut [i8]) {
        let Window { y, x: axis, channels, .. } = self.window;
        let line = product(axis.input, channels);
        let before = axis.pad.saturating_sub(column).min(PATCH.1);
        let first = column.saturating_sub(axis.pad);
        let inside = axis.input.saturating_sub(first).min(PATCH.1.wrapping_sub(before));
        let (run, first) = (product(inside, channels), product(first, channels));
        let (mut image, mut position) = (rows.image, rows.top);
        for to in patch.chunks_mut(product(PATCH.1, channels).max(1)) {
            let is_inside = position >= y.pad && position < y.pad.wrapping_add(y.input);
            let seen = if is_inside { image.get(first..first.wrapping_add(run)) } else { None };
            pad_row(to, product(before, channels), seen.unwrap_or(&[]), self.padding);
            if is_inside {
                image = image.get(line..).unwrap_or(&[]);
            }
            position = position.wrapping_add(1);
        }
    }

    /// Where the units of the pixels of two tiles begin in two rows of the output, or in the last one. Pixels that are not there
    /// have the places of others of which they are a copy until those are written.
    #[inline(always)]
    fn pixels(&self, column: usize, len: usize) -> [usize; TILE_PIXELS] {
        let Window { x: axis, units, .. } = self.window;
        let first = product(column, units);
        let line = product(axis.output, units);
        let below = if len > line { line } else { 0 };
        let place = |right: usize| {
            let is_there = column.wrapping_add(right) < axis.output;
            if is_there { Some(first.wrapping_add(product(right, units))) } else { None }
        };
        let second = place(1).unwrap_or(first);
        let third = place(2);
        let fourth = place(3).or(third);
        let under = |place: usize| place.wrapping_add(below);
        match third.zip(fourth) {
            Some((third, fourth)) => {
                [first, second, under(first), under(second), third, fourth, under(third), under(fourth)]
            }
            None => [first, second, under(first), under(second), first, first, first, first],
        }
    }
}
