//! Layers whose weights lie in blocks of four units: fully connected ones, and convolutions whose windows are
//! brought together pixel by pixel, two pixels at a time.

use self::form::{OfBlocks, rounded};
use super::planes::Planes;
use super::reach::Reach;
use super::requantization::{Limits, Once, Requantization};
use super::window::{Rows, Taps, Window};
use crate::inner::flash::Flash;
use crate::inner::{
    BLOCK, RunsOfElements, block_bytes, block_bytes_once, block_bytes_small, block_bytes_small_once, pad_row,
    product, unknown, widen_2,
};

mod form;

/// Shape and range of a fully connected layer of one row.
#[derive(Clone, Copy, Debug)]
pub struct FullyConnectedBlocks<R = Requantization> {
    /// Elements of the input.
    pub depth: usize,
    /// Elements of the output.
    pub units: usize,
    /// Range of the output.
    pub output: R,
}

/// Shape and range of a layer whose every pixel is a row of a fully connected one, with memory for `STEPS` pairs of
/// inputs.
#[derive(Clone, Copy, Debug)]
pub struct PixelBlocks<const STEPS: usize, R = Requantization> {
    /// Channels of the input.
    pub depth: usize,
    /// Channels of the output.
    pub units: usize,
    /// Range of the output.
    pub output: R,
}

/// Shape and range of a convolution, with memory for `STEPS` pairs of inputs and for `RUN` elements, which are one
/// row of a window.
#[derive(Clone, Copy, Debug)]
pub struct Conv2dBlocks<const STEPS: usize, const RUN: usize, R = Requantization> {
    /// The layer without the memory.
    pub layer: ConvolutionBlocks<R>,
}

/// Shape and range of a convolution.
#[derive(Clone, Copy, Debug)]
pub struct ConvolutionBlocks<R = Requantization> {
    /// How the window moves. Its columns are neighbours in the image.
    pub window: Window,
    /// Zero point of the input, which the padding holds.
    pub padding: i8,
    /// Range of the output.
    pub output: R,
}

impl<R> FullyConnectedBlocks<R> {
    /// How far an output of so many elements may be laid over the input.
    pub const fn reach(&self, output_len: usize) -> Reach {
        Reach::of_runs_in(output_len, self.depth, self.units)
    }
}

#[inline(always)]
fn one_row<R: OfBlocks>(
    p: &FullyConnectedBlocks<R>,
    blocks: Flash<'_, i32>,
    mut planes: Planes<'_, i8>,
    units: impl Fn(Flash<'_, i32>, &[i8], &mut [i8]),
) {
    let Some((input, output)) = planes.split(0, 0, p.units) else { return };
    let Some(input) = input.get(..p.depth) else { return };
    let whole = output.len() & !(BLOCK - 1);
    if let Some((whole_blocks, last)) = output.split_at_mut_checked(whole) {
        units(blocks, input, whole_blocks);
        if !last.is_empty() {
            let mut block = [0; BLOCK];
            let blocks = last_block::<R>(blocks, input.len().wrapping_add(1) >> 1, whole);
            units(blocks, input, &mut block);
            copy(&block, last);
        }
    }
    clamp(p.output, output);
}

impl<const STEPS: usize, R> PixelBlocks<STEPS, R> {
    /// How far an output of so many elements may be laid over the input.
    pub const fn reach(&self, output_len: usize) -> Reach {
        Reach::of_runs_in(output_len, self.depth, self.units)
    }
}

impl<const STEPS: usize, const RUN: usize, R> Conv2dBlocks<STEPS, RUN, R> {
    /// How far an output of so many elements may be laid over the input.
    pub const fn reach(&self, output_len: usize) -> Reach {
        self.layer.window.reach(output_len)
    }
}

/// As [`fully_connected_s8`](super::fully_connected::fully_connected_s8), for one row.
#[cfg_attr(not(debug_assertions), inline(always))] // most of it is known, and it is short
pub fn fully_connected_blocks_s8(p: &FullyConnectedBlocks, blocks: Flash<'_, i32>, planes: Planes<'_, i8>) {
    one_row(p, blocks, planes, |blocks, row, output| block_bytes(blocks, row, rounded(p.output), output));
}

/// The same where the outputs are rounded [`Once`].
#[cfg_attr(not(debug_assertions), inline(always))]
pub fn fully_connected_blocks_once_s8(
    p: &FullyConnectedBlocks<Once>,
    blocks: Flash<'_, i32>,
    planes: Planes<'_, i8>,
) {
    one_row(p, blocks, planes, block_bytes_once);
}

/// As [`fully_connected_blocks_s8`], by a smaller loop.
#[cfg_attr(not(debug_assertions), inline(always))]
pub fn fully_connected_small_s8(p: &FullyConnectedBlocks, blocks: Flash<'_, i32>, planes: Planes<'_, i8>) {
    one_row(p, blocks, planes, |blocks, row, output| {
        block_bytes_small(blocks, row, rounded(p.output), output)
    });
}

/// The same where the outputs are rounded [`Once`].
#[cfg_attr(not(debug_assertions), inline(always))]
pub fn fully_connected_small_once_s8(
    p: &FullyConnectedBlocks<Once>,
    blocks: Flash<'_, i32>,
    planes: Planes<'_, i8>,
) {
    one_row(p, blocks, planes, block_bytes_small_once);
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

/// The same where the outputs are rounded [`Once`].
#[cfg_attr(not(debug_assertions), inline)]
pub fn conv_2d_1x1_blocks_once_s8<const STEPS: usize>(
    p: &PixelBlocks<STEPS, Once>,
    blocks: Flash<'_, i32>,
    planes: Planes<'_, i8>,
) {
    let PixelBlocks { depth, units, output } = *unknown(p);
    each_pair(depth, units, blocks, output, &mut [[0; 2]; STEPS], planes);
}

#[inline(never)] // one copy for all layers
fn each_pair<R: OfBlocks>(
    depth: usize,
    units: usize,
    blocks: Flash<'_, i32>,
    to: R,
    x: &mut [[i32; 2]],
    planes: Planes<'_, i8>,
) {
    let elements = RunsOfElements { count: 1, len: depth, distance: 0 };
    let mut runs = planes.runs(depth, units);
    while let Some((mut input, mut output)) = runs.next() {
        // Behind what is needed may be more of the input.
        while let (Some(pixel), Some(to_pixel)) = (input.split_off(..depth), output.split_off_mut(..units)) {
            let to_next = output.split_off_mut(..units);
            let next = if to_next.is_some() { input.split_off(..depth) } else { None };
            widen_2(elements, [pixel, next.unwrap_or(pixel)], x);
            two_rows(blocks, to, x, to_pixel, to_next);
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
    each_window(unknown(&p.layer), blocks, planes, &mut [[0; 2]; STEPS], [&mut [0; RUN], &mut [0; RUN]]);
}

/// The same where the outputs are rounded [`Once`].
#[cfg_attr(not(debug_assertions), inline)]
pub fn conv_2d_blocks_once_s8<const STEPS: usize, const RUN: usize>(
    p: &Conv2dBlocks<STEPS, RUN, Once>,
    blocks: Flash<'_, i32>,
    planes: Planes<'_, i8>,
) {
    each_window(unknown(&p.layer), blocks, planes, &mut [[0; 2]; STEPS], [&mut [0; RUN], &mut [0; RUN]]);
}

#[inline(never)] // one copy for all layers
fn each_window<R: OfBlocks>(
    p: &ConvolutionBlocks<R>,
    blocks: Flash<'_, i32>,
    planes: Planes<'_, i8>,
    x: &mut [[i32; 2]],
    [a, b]: [&mut [i8]; 2],
) {
    let Window { x: axis, units, .. } = p.window;
    let mut lines = rows_of(&p.window, planes);
    while let Some((image, rows, mut output)) = next_row(&mut lines) {
        let seen = Seen::new(&p.window, p.padding, image, rows);
        seen.pad(x);
        let mut at = 0usize;
        while let Some(pixel) = output.split_off_mut(..units) {
            let next = output.split_off_mut(..units);
            // What is one pixel's is there twice.
            let second = if next.is_some() { at.wrapping_add(axis.stride) } else { at };
            seen.gather([at, second], x, [&mut *a, &mut *b]);
            two_rows(blocks, p.output, x, pixel, next);
            at = second.wrapping_add(axis.stride);
        }
    }
}

/// What a row of windows sees.
struct Seen<'a> {
    window: &'a Window,
    padding: i8,
    image: &'a [i8],
    rows: Taps,
    /// Those on the image.
    runs: RunsOfElements,
    /// Pairs of inputs that are rows above the image, and rows on it.
    pairs: [usize; 2],
    /// Positions of windows whose columns are all on the image.
    inside: usize,
}

impl<'a> Seen<'a> {
    #[inline(always)]
    fn new(window: &'a Window, padding: i8, image: &'a [i8], rows: Taps) -> Self {
        let Window { x, y, channels, .. } = *window;
        let distance = product(product(x.input, channels), y.dilation);
        let runs = RunsOfElements { count: rows.inside, len: product(x.taps, channels), distance };
        let pairs = [product(runs.steps(), rows.before), product(runs.steps(), rows.inside)];
        Self { window, padding, image, rows, runs, pairs, inside: x.inside() }
    }

    /// Fills in the rows that are not on the image.
    #[inline(always)]
    fn pad(&self, x: &mut [[i32; 2]]) {
        if self.rows.inside == self.window.y.taps {
            return;
        }
        let padding = [i32::from(self.padding) & 0xffff | i32::from(self.padding) << 16; 2];
        let [above, there] = self.pairs;
        let Some((above, rest)) = x.split_at_mut_checked(above) else { return };
        fill(above, padding);
        fill(rest.get_mut(there..).unwrap_or(&mut []), padding);
    }

    /// What two windows see that start at these positions of the padded image.
    #[inline(always)]
    fn gather(&self, at: [usize; 2], x: &mut [[i32; 2]], rows: [&mut [i8]; 2]) {
        let to = x.get_mut(self.pairs[0]..).unwrap_or(&mut []);
        let [first, second] = at.map(|at| at.wrapping_sub(self.window.x.pad));
        if first >= self.inside || second >= self.inside {
            return self.gather_border(at, to, rows);
        }
        let from = |first| self.image.get(product(first, self.window.channels)..).unwrap_or(&[]);
        widen_2(self.runs, [from(first), from(second)], to);
    }

    /// The same where columns are padding: row by row.
    #[inline(never)] // one copy for all layers
    fn gather_border(&self, at: [usize; 2], mut to: &mut [[i32; 2]], [a, b]: [&mut [i8]; 2]) {
        let Window { x: axis, channels, .. } = *self.window;
        let side = |at, row| {
            let columns = axis.at(at);
            let [first, before, inside] =
                [columns.first, columns.before, columns.inside].map(|count| product(count, channels));
            Side { image: self.image.get(first..).unwrap_or(&[]), before, inside, row }
        };
        let (mut first, mut second) = (side(at[0], a), side(at[1], b));
        let run = RunsOfElements { count: 1, ..self.runs };
        let steps = run.steps();
        for _ in 0..self.rows.inside {
            let Some(row) = to.split_off_mut(..steps) else { return };
            widen_2(run, [first.row(&run, self.padding), second.row(&run, self.padding)], row);
        }
    }
}

/// What is left of the rows of a window.
struct Side<'a> {
    image: &'a [i8],
    /// Elements of padding before what is on the image.
    before: usize,
    inside: usize,
    /// Memory for one of them.
    row: &'a mut [i8],
}

impl Side<'_> {
    /// The next row.
    #[inline(always)]
    fn row(&mut self, runs: &RunsOfElements, padding: i8) -> &[i8] {
        let image = self.image;
        self.image = image.get(runs.distance..).unwrap_or(&[]);
        if self.inside == runs.len {
            return image;
        }
        pad_row(self.row, self.before, image.get(..self.inside).unwrap_or(&[]), padding);
        self.row
    }
}

#[inline(never)]
fn fill(x: &mut [[i32; 2]], padding: [i32; 2]) {
    x.iter_mut().for_each(|x| *x = padding);
}

/// The rows of the output: see [`Window::rows`].
#[inline(never)] // one copy for all kernels
pub(super) fn rows_of<'a>(window: &Window, planes: Planes<'a, i8>) -> Rows<'a, i8> {
    window.rows(planes)
}

/// The next row of an output: see [`Rows::next`].
#[inline(never)] // one copy for all kernels
pub(super) fn next_row<'a>(rows: &'a mut Rows<'_, i8>) -> Option<(&'a [i8], Taps, &'a mut [i8])> {
    rows.next()
}

/// All units of one pixel, or of two. What is one pixel's is in `x` twice.
#[inline(never)] // one copy for all layers
fn two_rows<R: OfBlocks>(
    blocks: Flash<'_, i32>,
    to: R,
    x: &[[i32; 2]],
    first: &mut [i8],
    mut second: Option<&mut [i8]>,
) {
    let whole = first.len() & !(BLOCK - 1);
    to.rows_2(blocks, x, first, second.as_deref_mut());
    if whole < first.len() {
        let (mut a, mut b) = ([0; BLOCK], [0; BLOCK]);
        to.rows_2(last_block::<R>(blocks, x.len(), whole), x, &mut a, Some(&mut b));
        copy(&a, first.get_mut(whole..).unwrap_or(&mut []));
        if let Some(second) = &mut second {
            copy(&b, second.get_mut(whole..).unwrap_or(&mut []));
        }
    }
    clamp(to, first);
    if let Some(second) = second {
        clamp(to, second);
    }
}

/// The block from unit `unit`.
#[inline(always)]
fn last_block<R: OfBlocks>(blocks: Flash<'_, i32>, steps: usize, unit: usize) -> Flash<'_, i32> {
    let len = steps.wrapping_mul(2).wrapping_add(R::CONSTANTS);
    blocks.range(product(unit >> 2, len), len)
}

#[inline(always)]
fn copy(from: &[i8; BLOCK], to: &mut [i8]) {
    to.iter_mut().zip(from).for_each(|(to, &from)| *to = from);
}

/// Blocks know the limits of eight bits only.
#[inline(always)]
pub(super) fn clamp(to: impl Limits, row: &mut [i8]) {
    if to.limits() != (i8::MIN.into(), i8::MAX.into()) {
        let (least, greatest) = to.limits();
        clamp_row(least as i8, greatest as i8, row);
    }
}

#[inline(never)]
fn clamp_row(least: i8, greatest: i8, row: &mut [i8]) {
    row.iter_mut().for_each(|y| *y = (*y).max(least).min(greatest));
}
