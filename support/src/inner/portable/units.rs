//! Units side by side: layers of eight bits whose constants lie in the order in which one pass reads them.
//!
//! A *stream* holds the units of a layer in blocks of [`SIDE_BY_SIDE`], and what is left one by one. A block is the
//! biases of its units, three bytes each; their weights, those of one input for all units before those of the next; and
//! for each unit three bytes of a multiplier, the lowest behind the others, which mostly do without it, and two of an
//! edge, as [`narrow_s8`] takes them. All other numbers have their lower bytes first. The upper byte of a bias is one greater if the middle one is negative: the lower two are read as a signed number.

use super::narrow_s8;
use crate::inner::flash::Flash;

/// Units in a block.
pub const SIDE_BY_SIDE: usize = 4;

/// Bytes of a bias in a stream.
pub const STREAM_BIAS: usize = 3;

/// Bytes of a multiplier and its edge in a stream.
pub const STREAM_SCALE: usize = 5;

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

/// The outputs of units side by side, without limits but those of eight bits, with what each unit sees. As many as there
/// are in both, the stream and `output`.
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
    elements: impl Iterator<Item = impl Into<i32>>,
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
