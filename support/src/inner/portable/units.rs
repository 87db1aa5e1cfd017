//! Units side by side: layers of eight bits whose constants lie in the order in which one pass reads them.
//!
//! A *stream* holds the units of a layer in blocks of [`SIDE_BY_SIDE`], and what is left one by one. A block is the
//! biases of its units, three bytes each; their weights, those of one input for all units before those of the next; and
//! for each unit three bytes of a multiplier, the lowest behind the others, which mostly do without it, and two of an
//! edge, as [`narrow_s8`] takes them. All other numbers have their lower bytes first. The upper byte of a bias is one greater if the middle one is negative: the lower two are read as a signed number.

use super::narrow_s8;
use crate::inner::flash::Flash;
use crate::inner::product;
use core::iter::repeat_n;

/// Units in a block.
pub const SIDE_BY_SIDE: usize = 4;

/// Bytes of a bias in a stream.
pub const STREAM_BIAS: usize = 3;

/// Bytes of a multiplier and its edge in a stream.
pub const STREAM_SCALE: usize = 5;

/// Most elements of the padding before, between or behind rows of [`ChannelTaps`].
pub const MAX_PADDING: usize = 255;

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

/// Most rows and columns of [`ChannelTaps`].
pub const MAX_SIDE: usize = 8;

/// Most elements from one row or column of [`ChannelTaps`] to the next.
pub const MAX_STEP: usize = 4095;

/// What units see that have a channel each: a rectangle of taps on an image, and padding around it.
#[derive(Clone, Copy, Debug)]
pub struct ChannelTaps<'a> {
    /// The image from the first channel of the first tap.
    pub image: &'a [i8],
    /// Rows on the image, [`MAX_SIDE`] at most.
    pub rows: usize,
    /// Columns on the image, [`MAX_SIDE`] at most.
    pub columns: usize,
    /// Elements from one row to the next, [`MAX_STEP`] at most.
    pub line: usize,
    /// Elements from one column to the next, [`MAX_STEP`] at most.
    pub step: usize,
    /// Taps on the padding before the first row.
    pub before: usize,
    /// Taps on the padding between two rows.
    pub between: usize,
    /// Taps on the padding behind the last row.
    pub after: usize,
    /// What the padding holds.
    pub padding: i8,
}

impl ChannelTaps<'_> {
    /// Whether there are not too many, and all of so many channels are on the image.
    #[allow(dead_code)] // by assembly
    pub fn holds(&self, channels: usize) -> bool {
        let &Self { rows, columns, line, step, before, between, after, .. } = self;
        let outside = before.max(between).max(after);
        let most = rows.max(columns) <= MAX_SIDE && line.max(step) <= MAX_STEP && outside <= MAX_PADDING;
        if !most || channels > MAX_UNITS {
            return false;
        }
        // Within 16 bits by these limits.
        let end =
            product(rows.saturating_sub(1), line).wrapping_add(product(columns.saturating_sub(1), step));
        rows == 0 || columns == 0 || end.wrapping_add(channels) <= self.image.len()
    }

    /// What the unit of a channel sees, tap by tap.
    fn elements(&self, channel: usize) -> impl Iterator<Item = i8> {
        let &Self { image, rows, columns, line, step, before, between, after, padding } = self;
        let outside = move |taps| repeat_n(padding, taps);
        let row = move |row: usize| {
            let at = channel.wrapping_add(row.wrapping_mul(line));
            let inside = (0..columns).map(move |column| at.wrapping_add(column.wrapping_mul(step)));
            let gap = if row == 0 { before } else { between };
            outside(gap).chain(inside.map(move |at| image.get(at).copied().unwrap_or(0)))
        };
        let first = if rows == 0 { before } else { 0 };
        outside(first).chain((0..rows).flat_map(row)).chain(outside(after))
    }
}

/// The outputs of units that have a channel each, without limits but those of eight bits. As many as there are in both, the
/// stream and `output`.
#[inline(always)]
pub fn channels_of_taps(stream: Flash<'_, i8>, taps: &ChannelTaps<'_>, output: &mut [i8], to: StreamOutput) {
    units(stream, output, to, |channel| taps.elements(channel));
}

/// The same with what each unit sees.
#[inline(always)]
pub(super) fn units<I: Iterator<Item = i8>>(
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
