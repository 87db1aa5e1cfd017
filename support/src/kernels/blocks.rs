//! Layers whose weights lie in blocks of four units: fully connected ones, and convolutions whose windows are
//! brought together pixel by pixel, two pixels at a time.

use super::planes::Planes;
use super::requantization::Requantization;
use super::window::{Taps, Window};
use crate::inner::flash::Flash;
use crate::inner::{BLOCK, BLOCK_CONSTANTS, BlockOutput, block_row, block_rows_2, product, widen_1, widen_2};

/// Shape and range of a fully connected layer, with memory for `STEPS` pairs of inputs.
#[derive(Clone, Copy, Debug)]
pub struct FullyConnectedBlocks<const STEPS: usize> {
    /// Elements of one row of the input.
    pub depth: usize,
    /// Elements of one row of the output.
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
pub fn fully_connected_blocks_s8<const STEPS: usize>(
    p: &FullyConnectedBlocks<STEPS>,
    blocks: Flash<'_, i32>,
    planes: Planes<'_, i8>,
) {
    let mut x = [0; STEPS];
    planes.each_run(p.depth, p.units, |input, output| {
        widen_1(input, &mut x);
        one_row(blocks, p.output, &x, output);
    });
}

/// As [`conv_2d_1x1_s8`](super::conv_2d::conv_2d_1x1_s8): every pixel is a row.
#[cfg_attr(not(debug_assertions), inline)]
pub fn conv_2d_1x1_blocks_s8<const STEPS: usize>(
    p: &FullyConnectedBlocks<STEPS>,
    blocks: Flash<'_, i32>,
    planes: Planes<'_, i8>,
) {
    let mut x = [[0; 2]; STEPS];
    planes.each_run(p.depth, p.units, |input, output| {
        each_pair(p.depth, p.units, blocks, p.output, &mut x, input, output);
    });
}

#[inline(never)] // one copy for all layers
fn each_pair(
    depth: usize,
    units: usize,
    blocks: Flash<'_, i32>,
    to: Requantization,
    x: &mut [[i32; 2]],
    mut input: &[i8],
    mut output: &mut [i8],
) {
    while let Some(row) = input.split_off(..depth) {
        let Some(to_row) = output.split_off_mut(..units) else { return };
        match (input.split_off(..depth), output.split_off_mut(..units)) {
            (Some(second), Some(to_second)) => {
                widen_2([row, second], x);
                two_rows(blocks, to, x, [to_row, to_second]);
            }
            _ => {
                let x = one_of(x);
                widen_1(row, x);
                one_row(blocks, to, x, to_row);
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
    let (mut x, mut border) = ([[0; 2]; STEPS], [[0; RUN]; 2]);
    p.layer.window.each_row(planes, |image, rows, output| {
        let [first, second] = &mut border;
        p.layer.row(blocks, image, rows, output, &mut x, [first, second]);
    });
}

impl ConvolutionBlocks {
    /// One row of the output.
    #[inline(never)] // one copy for all layers
    fn row(
        &self,
        blocks: Flash<'_, i32>,
        image: &[i8],
        rows: Taps,
        mut output: &mut [i8],
        x: &mut [[i32; 2]],
        mut border: [&mut [i8]; 2],
    ) {
        let units = self.window.units;
        let mut columns = self.window.x.outputs();
        while let (Some(first), Some(pixel)) = (columns.next(), output.split_off_mut(..units)) {
            match (columns.next(), output.split_off_mut(..units)) {
                (Some(second), Some(next)) => {
                    let [a, b] = &mut border;
                    self.each_run(rows, x, |from, to| {
                        let Some(from) = from else { return to.fill([self.padding_step(); 2]) };
                        let first = self.run(image, from, first, a);
                        let second = self.run(image, from, second, b);
                        widen_2([first, second], to);
                    });
                    two_rows(blocks, self.output, x, [pixel, next]);
                }
                _ => {
                    let x = one_of(x);
                    let [a, _] = &mut border;
                    self.each_run(rows, x, |from, to| {
                        let Some(from) = from else { return to.fill(self.padding_step()) };
                        widen_1(self.run(image, from, first, a), to);
                    });
                    one_row(blocks, self.output, x, pixel);
                }
            }
        }
    }

    /// Calls `run(from, to)` for each row of the window, which goes to `to`: for one on the image, with the first
    /// element of that row.
    #[inline(always)]
    fn each_run<T>(&self, rows: Taps, mut x: &mut [T], mut run: impl FnMut(Option<usize>, &mut [T])) {
        let Window { x: axis, y, channels, .. } = self.window;
        let steps = product(axis.taps, channels).wrapping_add(1) >> 1;
        let line = product(product(axis.input, channels), y.dilation);
        let mut at = 0usize;
        for tap in 0..y.taps {
            let Some(to) = x.split_off_mut(..steps) else { return };
            let is_inside = tap.wrapping_sub(rows.before) < rows.inside;
            run(is_inside.then_some(at), to);
            at = at.wrapping_add(if is_inside { line } else { 0 });
        }
    }

    /// The elements that a window with these columns sees of the row of the image that begins at `from`.
    #[inline(always)]
    fn run<'a>(&self, image: &'a [i8], from: usize, columns: Taps, border: &'a mut [i8]) -> &'a [i8] {
        let Window { x: axis, channels, .. } = self.window;
        let image = image.get(from.wrapping_add(product(columns.first, channels))..).unwrap_or(&[]);
        if columns.inside == axis.taps {
            return image.get(..product(axis.taps, channels)).unwrap_or(&[]);
        }
        self.run_on_border(image, columns, border)
    }

    #[inline(never)]
    fn run_on_border<'a>(&self, image: &[i8], columns: Taps, border: &'a mut [i8]) -> &'a [i8] {
        let inside = product(columns.inside, self.window.channels);
        border.fill(self.padding);
        let there = border.get_mut(product(columns.before, self.window.channels)..).unwrap_or(&mut []);
        there.iter_mut().zip(image.get(..inside).unwrap_or(&[])).for_each(|(to, &x)| *to = x);
        border
    }

    /// Two elements of the padding.
    #[inline(always)]
    fn padding_step(&self) -> i32 {
        let x = i32::from(self.padding);
        x & 0xffff | x << 16
    }
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
    let (Some((first, last)), Some((second, second_last))) =
        (first.split_at_mut_checked(whole), second.split_at_mut_checked(whole))
    else {
        return;
    };
    let range = rounded(to);
    block_rows_2(blocks, x, range, [&mut *first, &mut *second]);
    if !last.is_empty() {
        let [mut a, mut b] = [[0; BLOCK]; 2];
        block_rows_2(last_block(blocks, x.len(), whole), x, range, [&mut a, &mut b]);
        copy(&a, last);
        copy(&b, second_last);
    }
    clamp(to, first);
    clamp(to, last);
    clamp(to, second);
    clamp(to, second_last);
}

#[inline(always)]
fn one_row(blocks: Flash<'_, i32>, to: Requantization, x: &[i32], row: &mut [i8]) {
    let whole = row.len() & !(BLOCK - 1);
    let Some((row, last)) = row.split_at_mut_checked(whole) else { return };
    let range = rounded(to);
    block_row(blocks, x, range, row);
    if !last.is_empty() {
        let mut block = [0; BLOCK];
        block_row(last_block(blocks, x.len(), whole), x, range, &mut block);
        copy(&block, last);
    }
    clamp(to, row);
    clamp(to, last);
}

/// The block from unit `unit`.
#[inline(always)]
fn last_block(blocks: Flash<'_, i32>, steps: usize, unit: usize) -> Flash<'_, i32> {
    let len = steps.wrapping_mul(2).wrapping_add(BLOCK_CONSTANTS);
    blocks.range(product(unit >> 2, len), len)
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
