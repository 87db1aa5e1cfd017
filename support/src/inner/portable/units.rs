//! Units side by side: layers of eight bits whose constants lie in the order in which one pass reads them.
//!
//! A *stream* holds the units of a layer in blocks of [`SIDE_BY_SIDE`], and what is left one by one. A block is the
//! biases of its units, three bytes each; their weights, those of one input for all units before those of the next; and
//! for each unit three bytes of a multiplier, the lowest behind the others, which mostly do without it, and two of an
//! edge, as [`narrow_s8`] takes them. All other numbers have their lower bytes first. The upper byte of a bias is one greater if the middle one is negative: the lower two are read as a signed number.

use super::narrow_s8;
use crate::inner::flash::Flash;
use crate::inner::product;

/// Units in a block.
pub const SIDE_BY_SIDE: usize = 4;

/// Bytes of a bias in a stream.
pub const STREAM_BIAS: usize = 3;

/// Bytes of a multiplier and its edge in a stream.
pub const STREAM_SCALE: usize = 5;

/// How far a run goes.
pub const MAX_RUN: usize = 255;

/// Runs of a row, and the end of the list.
#[allow(dead_code)] // by assembly
pub const RUNS_OF_ROW: usize = 5;

/// Most elements of a row.
#[allow(dead_code)] // by what makes streams
pub const MAX_ROW: usize = (RUNS_OF_ROW - 1) * MAX_RUN;

/// Most units of a layer.
#[allow(dead_code)] // by what makes streams
pub const MAX_UNITS: usize = 127 * SIDE_BY_SIDE;

/// What sums of a stream become: see [`narrow_s8`].
#[derive(Clone, Copy, Debug)]
pub struct StreamOutput {
    /// Bits of a product that are dropped.
    bits: u32,
    /// Zero point of the output.
    zero_point: i32,
}

impl StreamOutput {
    /// Of a layer.
    #[inline(always)]
    pub fn new(bits: u32, zero_point: i32) -> Self {
        Self { bits, zero_point }
    }
}

/// Elements of the padding that lie side by side, a power of two.
pub const PADDING: usize = 16;

/// What all units see, in the order of their weights: less than `N` runs of elements.
#[derive(Debug)]
pub struct Runs<'a, const N: usize> {
    runs: [Run<'a>; N],
    len: usize,
}

/// So many elements of what there is, again and again if there are fewer.
#[derive(Clone, Copy, Debug)]
struct Run<'a> {
    from: &'a [i8],
    terms: usize,
    is_padding: bool,
}

impl<'a, const N: usize> Runs<'a, N> {
    /// Nothing yet.
    #[inline(always)]
    pub fn none() -> Self {
        Self { runs: [Run { from: &[], terms: 0, is_padding: false }; N], len: 0 }
    }

    /// Nothing again.
    #[inline(always)]
    pub fn clear(&mut self) {
        self.len = 0;
    }

    /// Adds the first `len` elements. What is longer than [`MAX_RUN`] takes the place of several runs, and what is longer
    /// than there is none.
    #[inline(always)]
    pub fn push(&mut self, from: &'a [i8], len: usize) {
        if len <= from.len() {
            self.add(Run { from, terms: len, is_padding: false });
        }
    }

    /// Adds so many elements of the padding, whose elements are all the same. At least [`MAX_RUN`]` + 1 - `[`PADDING`]
    /// take the place of one run, and what is left over of [`PADDING`] that of one more.
    #[inline(always)]
    pub fn repeat(&mut self, padding: &'a [i8; PADDING], terms: usize) {
        self.add(Run { from: padding, terms, is_padding: true });
    }

    /// Moves all runs so far on, but those on the padding, if behind each of them there are so many elements.
    #[inline(always)]
    pub fn advance(&mut self, step: usize) -> bool {
        let has_room = |run: &Run<'_>| run.is_padding || run.from.len().wrapping_sub(run.terms) >= step;
        let is_possible = self.runs.iter().take(self.len).all(has_room);
        for run in self.runs.iter_mut().take(self.len).filter(|run| is_possible && !run.is_padding) {
            run.from = run.from.get(step..).unwrap_or(&[]);
        }
        is_possible
    }

    fn add(&mut self, run: Run<'a>) {
        if let Some(next) = self.runs.get_mut(self.len) {
            *next = run;
            self.len = self.len.wrapping_add(1);
        }
    }

    fn elements(&self) -> impl Iterator<Item = i8> {
        let runs = self.runs.iter().take(self.len);
        runs.flat_map(|run| run.from.iter().copied().cycle().take(run.terms))
    }
}

/// Most elements of a row of an image whose channels are units for themselves.
pub const MAX_STEP: usize = 4095;

/// What rows of outputs see that have a channel each: windows of 3x3.
#[derive(Clone, Copy, Debug)]
pub struct RowTaps<'a> {
    /// The image from the first row that is not padding.
    pub image: &'a [i8],
    /// Columns of the image.
    pub columns: usize,
    /// Outputs of a row and a channel.
    pub outputs: usize,
    /// From one window to the next, in either direction: 1 or 2. If it is 1, there is a column of padding on either side, and
    /// as many outputs as columns.
    pub stride: usize,
    /// Whether the first column of the first windows is padding. The last of the last may be too.
    pub left: bool,
    /// Channels of the image.
    pub channels: usize,
    /// Rows of outputs, 126 at most.
    pub rows: usize,
    /// Whether the first row of the first windows is padding.
    pub first: bool,
    /// Whether the last row of the last windows is; one row at most is for each window.
    pub last: bool,
    /// What the padding holds.
    pub padding: i8,
}

impl RowTaps<'_> {
    /// Whether there are not too many columns and channels.
    #[allow(dead_code)] // by assembly and by what makes streams
    pub fn fits(&self) -> bool {
        let &Self { columns, outputs, stride, left, channels, rows, first, last, .. } = self;
        let few = columns <= 127 && outputs <= 127 && channels <= 255 && rows <= 126;
        if !few || columns == 0 || outputs == 0 || channels == 0 || rows == 0 {
            return false;
        }
        let row = match stride {
            1 => left && outputs == columns,
            2 => self.end() <= columns.wrapping_add(1),
            _ => false,
        };
        let line = product(columns, channels);
        // Within 16 bits by these limits, and then what is seen of the image is too.
        let sixteens = product(product(rows, stride & 3).wrapping_add(2), (line >> 4).wrapping_add(1));
        row && line <= MAX_STEP && sixteens < 1 << 12 && !(first && last && rows == 1)
    }

    /// The column behind the last window.
    fn end(&self) -> usize {
        let &Self { outputs, stride, left, .. } = self;
        product(outputs.wrapping_sub(1), stride).wrapping_add(3).wrapping_sub(left.into())
    }

    /// Whether the last column of the last windows is padding.
    #[allow(dead_code)] // by assembly
    pub fn right(&self) -> bool {
        self.end() > self.columns
    }

    /// Rows of the image that are seen.
    pub fn seen(&self) -> usize {
        let &Self { rows, stride, first, last, .. } = self;
        let outside = usize::from(first).wrapping_add(last.into());
        product(rows.wrapping_sub(1), stride).wrapping_add(3).wrapping_sub(outside)
    }

    /// What an output of a channel sees, tap by tap.
    fn elements(&self, [row, column]: [usize; 2], channel: usize) -> impl Iterator<Item = i8> {
        let &Self { image, columns, channels, stride, left, first, padding, .. } = self;
        let rows = self.seen();
        (0..9usize).map(move |tap| {
            let y = product(row, stride).wrapping_add(tap / 3).wrapping_sub(first.into());
            let x = product(column, stride).wrapping_add(tap % 3).wrapping_sub(left.into());
            if x >= columns || y >= rows {
                return padding;
            }
            let at = product(product(y, columns).wrapping_add(x), channels).wrapping_add(channel);
            image.get(at).copied().unwrap_or(0)
        })
    }
}

/// The outputs of rows of windows, whose units are one by one in the stream. `to` drops 32 bits at most.
#[inline(always)]
pub fn rows_of_3x3(stream: Flash<'_, i8>, taps: &RowTaps<'_>, output: &mut [i8], to: StreamOutput) {
    const UNIT: usize = STREAM_BIAS + 9 + STREAM_SCALE;
    let pixels = (0..taps.rows).flat_map(|row| (0..taps.outputs).map(move |column| [row, column]));
    let each = pixels.flat_map(|pixel| (0..taps.channels).map(move |channel| (pixel, channel)));
    for (y, (pixel, channel)) in output.iter_mut().zip(each) {
        let start = product(channel, UNIT);
        let at = [start, start.wrapping_add(STREAM_BIAS), start.wrapping_add(STREAM_BIAS + 9)];
        *y = unit(stream, at, 1, taps.elements(pixel, channel), to);
    }
}

/// The same for windows two columns apart.
#[inline(always)]
pub fn rows_of_3x3_by_two(stream: Flash<'_, i8>, taps: &RowTaps<'_>, output: &mut [i8], to: StreamOutput) {
    rows_of_3x3(stream, taps, output, to);
}

/// The outputs of units that all see the same, without limits but those of eight bits. As many as there are in both, the
/// stream and `output`.
#[inline(always)]
pub fn units_of_runs<const N: usize>(
    stream: Flash<'_, i8>,
    runs: &Runs<'_, N>,
    output: &mut [i8],
    to: StreamOutput,
) {
    units(stream, output, to, |_| runs.elements());
}

/// The same for what lies side by side, [`MAX_ROW`] elements at most.
#[inline(always)]
pub fn units_of_row(stream: Flash<'_, i8>, input: &[i8], output: &mut [i8], to: StreamOutput) {
    units(stream, output, to, |_| input.iter().copied());
}

/// The same with what each unit sees.
#[inline(always)]
fn units<I: Iterator<Item = i8>>(
    stream: Flash<'_, i8>,
    output: &mut [i8],
    to: StreamOutput,
    elements: impl Fn(usize) -> I,
) {
    let terms = elements(0).count();
    let whole = output.len() & !(SIDE_BY_SIDE - 1);
    let mut start = 0usize;
    let mut first = 0usize;
    while first < output.len() {
        let side = if first < whole { SIDE_BY_SIDE } else { 1 };
        let weights = start.wrapping_add(side.wrapping_mul(STREAM_BIAS));
        let scales = weights.wrapping_add(side.wrapping_mul(terms));
        for lane in 0..side {
            let at = [
                start.wrapping_add(lane.wrapping_mul(STREAM_BIAS)),
                weights.wrapping_add(lane),
                scales.wrapping_add(lane.wrapping_mul(STREAM_SCALE)),
            ];
            if let Some(y) = output.get_mut(first.wrapping_add(lane)) {
                *y = unit(stream, at, side, elements(first.wrapping_add(lane)), to);
            }
        }
        start = scales.wrapping_add(side.wrapping_mul(STREAM_SCALE));
        first = first.wrapping_add(side);
    }
}

/// The output of one unit, whose bias, weights and multiplier are there in the stream, and from one weight to the next it
/// is so far.
#[inline(always)]
pub(super) fn unit(
    stream: Flash<'_, i8>,
    [bias, mut weight, scale]: [usize; 3],
    step: usize,
    elements: impl Iterator<Item = i8>,
    to: StreamOutput,
) -> i8 {
    let byte = |at: usize| i32::from(stream.get(at).unwrap_or(0).cast_unsigned());
    let bias = byte(bias) | byte(bias.wrapping_add(1)) << 8 | byte(bias.wrapping_add(2)) << 16;
    let mut sum = (bias & 0xffff) as i16 as i32;
    sum = sum.wrapping_add(bias >> 16 << 16);
    for x in elements {
        let product = i32::from(stream.get(weight).unwrap_or(0)).wrapping_mul(x.into());
        sum = sum.wrapping_add(product);
        weight = weight.wrapping_add(step);
    }
    let upper = byte(scale) << 8 | byte(scale.wrapping_add(1)) << 16;
    let multiplier = byte(scale.wrapping_add(2)) | upper | byte(scale.wrapping_add(4)) << 24;
    let edge = stream.get(scale.wrapping_add(3)).unwrap_or(0);
    // Three bytes of the sum are kept.
    narrow_s8(sum << 8 >> 8, multiplier, edge, to.bits, [to.zero_point, -128, 127])
}
