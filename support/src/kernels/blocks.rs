//! Layers whose weights lie in blocks of four units: fully connected ones, and convolutions whose windows are
//! brought together pixel by pixel, two pixels at a time.

use super::planes::Planes;
use super::requantization::Requantization;
use super::window::{Taps, Window};
use crate::inner::flash::Flash;
use crate::inner::{
    BLOCK, BLOCK_CONSTANTS, BlockOutput, RunsOfElements, block_bytes, block_row, block_rows_2, product,
    unknown, widen_1, widen_2,
};

/// Shape and range of a fully connected layer of one row.
#[derive(Clone, Copy, Debug)]
pub struct FullyConnectedBlocks {
    /// Elements of the input.
    pub depth: usize,
    /// Elements of the output.
    pub units: usize,
    /// Range of the output.
    pub output: Requantization,
}

/// Shape and range of a layer whose every pixel is a row of a fully connected one, with memory for `STEPS` pairs of
/// inputs.
#[derive(Clone, Copy, Debug)]
pub struct PixelBlocks<const STEPS: usize> {
    /// Channels of the input.
    pub depth: usize,
    /// Channels of the output.
    pub units: usize,
    /// Range of the output.
    pub output: Requantization,
}

/// Shape and range of a convolution, with memory for `STEPS` pairs of inputs and for `RUN` elements, which are one
/// row of a window.
#[derive(Clone, Copy, Debug)]
pub struct Conv2dBlocks<const STEPS: usize, const RUN: usize> {
    /// The layer without the memory.
    pub layer: ConvolutionBlocks,
}

/// Shape and range of a convolution.
#[derive(Clone, Copy, Debug)]
pub struct ConvolutionBlocks {
    /// How the window moves. Its columns are neighbours in the image.
    pub window: Window,
    /// Zero point of the input, which the padding holds.
    pub padding: i8,
    /// Range of the output.
    pub output: Requantization,
}

/// As [`fully_connected_s8`](super::fully_connected::fully_connected_s8), for one row.
#[cfg_attr(not(debug_assertions), inline)]
pub fn fully_connected_blocks_s8(
    p: &FullyConnectedBlocks,
    blocks: Flash<'_, i32>,
    mut planes: Planes<'_, i8>,
) {
    let Some((input, output)) = planes.split(0, 0, p.units) else { return };
    let Some(input) = input.get(..p.depth) else { return };
    let (to, steps) = (p.output, input.len().wrapping_add(1) >> 1);
    all_units(to, output, |unit, output| {
        block_bytes(blocks_from(blocks, steps, unit), input, rounded(to), output);
    });
}

/// As [`conv_2d_1x1_s8`](super::conv_2d::conv_2d_1x1_s8): every pixel is a row.
#[cfg_attr(not(debug_assertions), inline)]
pub fn conv_2d_1x1_blocks_s8<const STEPS: usize>(
    p: &PixelBlocks<STEPS>,
    blocks: Flash<'_, i32>,
    planes: Planes<'_, i8>,
) {
    let PixelBlocks { depth, units, output } = *unknown(p);
    each_pair(depth, units, blocks, output, &mut [[0; 2]; STEPS], planes);
}

#[inline(never)] // one copy for all layers
fn each_pair(
    depth: usize,
    units: usize,
    blocks: Flash<'_, i32>,
    to: Requantization,
    x: &mut [[i32; 2]],
    planes: Planes<'_, i8>,
) {
    let mut runs = planes.runs(depth, units);
    while let Some((mut input, mut output)) = runs.next() {
        // Behind what is needed may be more of the input.
        while let (Some(row), Some(to_row)) = (input.split_off(..depth), output.split_off_mut(..units)) {
            match (input.split_off(..depth), output.split_off_mut(..units)) {
                (Some(second), Some(to_second)) => {
                    widen_2(one_run(depth), [row, second], x);
                    two_rows(blocks, to, x, [to_row, to_second]);
                }
                _ => {
                    let x = one_of(x);
                    widen_1(one_run(depth), row, x);
                    one_row(blocks, to, x, to_row);
                }
            }
        }
    }
}

/// As [`conv_2d_contiguous_s8`](super::conv_2d::conv_2d_contiguous_s8).
#[cfg_attr(not(debug_assertions), inline)]
pub fn conv_2d_blocks_s8<const STEPS: usize, const RUN: usize>(
    p: &Conv2dBlocks<STEPS, RUN>,
    blocks: Flash<'_, i32>,
    planes: Planes<'_, i8>,
) {
    unknown(&p.layer).all(blocks, planes, &mut [[0; 2]; STEPS], [&mut [0; RUN], &mut [0; RUN]]);
}

impl ConvolutionBlocks {
    #[inline(never)] // one copy for all layers
    fn all(
        &self,
        blocks: Flash<'_, i32>,
        planes: Planes<'_, i8>,
        x: &mut [[i32; 2]],
        [a, b]: [&mut [i8]; 2],
    ) {
        let mut lines = self.window.rows(planes);
        while let Some((image, rows, output)) = lines.next() {
            self.row(blocks, image, rows, output, x, [&mut *a, &mut *b]);
        }
    }

    /// One row of the output.
    #[inline(always)]
    fn row(
        &self,
        blocks: Flash<'_, i32>,
        image: &[i8],
        rows: Taps,
        mut output: &mut [i8],
        x: &mut [[i32; 2]],
        [a, b]: [&mut [i8]; 2],
    ) {
        let Window { x: axis, units, .. } = self.window;
        let mut columns = axis.outputs();
        while let (Some(first), Some(pixel)) = (columns.next(), output.split_off_mut(..units)) {
            match (columns.next(), output.split_off_mut(..units)) {
                (Some(second), Some(next)) => {
                    let there = self.on_image(rows, x, [self.padding_step(); 2]);
                    let images = (self.from_column(image, first), self.from_column(image, second));
                    if first.inside == axis.taps && second.inside == axis.taps {
                        widen_2(self.runs(rows.inside), [images.0, images.1], there);
                    } else {
                        self.fill([&mut *a, &mut *b]);
                        self.each_run(there, |start, to| {
                            let first = self.run(images.0, start, first, a);
                            widen_2(self.runs(1), [first, self.run(images.1, start, second, b)], to);
                        });
                    }
                    two_rows(blocks, self.output, x, [pixel, next]);
                }
                _ => {
                    let x = one_of(x);
                    let there = self.on_image(rows, x, self.padding_step());
                    let image = self.from_column(image, first);
                    if first.inside == axis.taps {
                        widen_1(self.runs(rows.inside), image, there);
                    } else {
                        self.fill([&mut *a, &mut []]);
                        self.each_run(there, |start, to| {
                            widen_1(self.runs(1), self.run(image, start, first, a), to);
                        });
                    }
                    one_row(blocks, self.output, x, pixel);
                }
            }
        }
    }

    /// The inputs of the rows of a window that are on the image; the others become padding.
    #[inline(always)]
    fn on_image<'a, T: Copy>(&self, rows: Taps, x: &'a mut [T], padding: T) -> &'a mut [T] {
        let steps = self.runs(1).steps();
        let Some((above, rest)) = x.split_at_mut_checked(product(steps, rows.before)) else {
            return &mut [];
        };
        above.fill(padding);
        let Some((there, below)) = rest.split_at_mut_checked(product(steps, rows.inside)) else {
            return &mut [];
        };
        below.fill(padding);
        there
    }

    /// The image from the first column on that a window sees.
    #[inline(always)]
    fn from_column<'a>(&self, image: &'a [i8], columns: Taps) -> &'a [i8] {
        image.get(product(columns.first, self.window.channels)..).unwrap_or(&[])
    }

    /// The rows of a window.
    #[inline(always)]
    fn runs(&self, count: usize) -> RunsOfElements {
        let Window { x, y, channels, .. } = self.window;
        let distance = product(product(x.input, channels), y.dilation);
        RunsOfElements { count, len: product(x.taps, channels), distance }
    }

    fn fill(&self, border: [&mut [i8]; 2]) {
        for row in border {
            row.fill(self.padding);
        }
    }

    /// Calls `run(start, to)` for each row of the window on the image, from the element at `start` of the first.
    #[inline(always)]
    fn each_run<T>(&self, mut x: &mut [T], mut run: impl FnMut(usize, &mut [T])) {
        let runs = self.runs(1);
        let mut start = 0usize;
        while let Some(to) = x.split_off_mut(..runs.steps().max(1)) {
            run(start, to);
            start = start.wrapping_add(runs.distance);
        }
    }

    /// The elements that a window with these columns sees of the row of the image that begins at `start`. Those in
    /// `border` that are padding are there.
    #[inline(always)]
    fn run<'a>(&self, image: &'a [i8], start: usize, columns: Taps, border: &'a mut [i8]) -> &'a [i8] {
        let image = image.get(start..).unwrap_or(&[]);
        let channels = self.window.channels;
        if columns.inside == self.window.x.taps {
            return image;
        }
        let there = border.get_mut(product(columns.before, channels)..).unwrap_or(&mut []);
        let inside = image.get(..product(columns.inside, channels)).unwrap_or(&[]);
        there.iter_mut().zip(inside).for_each(|(to, &x)| *to = x);
        border
    }

    /// Two elements of the padding.
    #[inline(always)]
    fn padding_step(&self) -> i32 {
        let x = i32::from(self.padding);
        x & 0xffff | x << 16
    }
}

#[inline(always)]
fn one_run(len: usize) -> RunsOfElements {
    RunsOfElements { count: 1, len, distance: 0 }
}

/// Memory for one row, of that for two.
#[inline(always)]
fn one_of(x: &mut [[i32; 2]]) -> &mut [i32] {
    let steps = x.len();
    x.as_flattened_mut().get_mut(..steps).unwrap_or(&mut [])
}

#[inline(always)]
fn two_rows(blocks: Flash<'_, i32>, to: Requantization, x: &[[i32; 2]], rows: [&mut [i8]; 2]) {
    let [first, second] = rows;
    let whole = first.len() & !(BLOCK - 1);
    let range = rounded(to);
    if let (Some((a, last)), Some((b, second_last))) =
        (first.split_at_mut_checked(whole), second.split_at_mut_checked(whole))
    {
        block_rows_2(blocks, x, range, [a, b]);
        if !last.is_empty() {
            let [mut a, mut b] = [[0; BLOCK]; 2];
            block_rows_2(blocks_from(blocks, x.len(), whole), x, range, [&mut a, &mut b]);
            copy(&a, last);
            copy(&b, second_last);
        }
    }
    clamp(to, first);
    clamp(to, second);
}

#[inline(always)]
fn one_row(blocks: Flash<'_, i32>, to: Requantization, x: &[i32], row: &mut [i8]) {
    all_units(to, row, |unit, output| {
        block_row(blocks_from(blocks, x.len(), unit), x, rounded(to), output);
    });
}

/// Calls `units(unit, output)` for the outputs from `unit` of whole blocks and of one that is not whole.
#[inline(always)]
fn all_units(to: Requantization, row: &mut [i8], units: impl Fn(usize, &mut [i8])) {
    let whole = row.len() & !(BLOCK - 1);
    if let Some((whole_blocks, last)) = row.split_at_mut_checked(whole) {
        units(0, whole_blocks);
        if !last.is_empty() {
            let mut block = [0; BLOCK];
            units(whole, &mut block);
            copy(&block, last);
        }
    }
    clamp(to, row);
}

/// The blocks from unit `unit`.
#[inline(always)]
fn blocks_from(blocks: Flash<'_, i32>, steps: usize, unit: usize) -> Flash<'_, i32> {
    let start = product(unit >> 2, steps.wrapping_mul(2).wrapping_add(BLOCK_CONSTANTS));
    blocks.range(start, blocks.len().wrapping_sub(start))
}

#[inline(always)]
fn copy(from: &[i8; BLOCK], to: &mut [i8]) {
    to.iter_mut().zip(from).for_each(|(to, &from)| *to = from);
}

#[inline(always)]
fn rounded(to: Requantization) -> BlockOutput {
    BlockOutput { zero_point: to.zero_point, ties: to.least < to.zero_point }
}

/// Blocks know the limits of eight bits only.
#[inline(always)]
pub(super) fn clamp(to: Requantization, row: &mut [i8]) {
    if (to.least, to.greatest) != (i8::MIN.into(), i8::MAX.into()) {
        clamp_row(to.least as i8, to.greatest as i8, row);
    }
}

#[inline(never)]
fn clamp_row(least: i8, greatest: i8, row: &mut [i8]) {
    row.iter_mut().for_each(|y| *y = (*y).max(least).min(greatest));
}
