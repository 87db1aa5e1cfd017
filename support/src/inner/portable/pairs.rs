//! Sums of products for four units at a time, whose weights for an element of a row are a word.
//!
//! The constants are, for each four units *a* to *d*, a word for each element of a row, then [`UNIT_CONSTANTS`] words for
//! each unit. A weight less its sign is the weight and 128, so that sums begin with -128 times the sum of the inputs.
//!
//! # Bytes
//!
//! For [`bytes_of_row`] a word holds *a* to *d* from its lowest byte on, all less their signs.
//!
//! # Pairs
//!
//! For [`pairs_of_row`] a word holds, from its lowest byte on, *a* less its sign, *d*, *c* less its sign, *b*. With what is
//! between them masked, *b* and *a* are one number of 32 bits, which gives both products at once: what adds up in the
//! lower 24 bits is the sum of *a*, what adds up above them is that of *b*. Turned by half a word it gives those of *c*
//! and *d*.
//!
//! Sums begin with [`HALF`] more, so that the lower part is the sum of *a* and a half: it is never negative, and fits into
//! its 24 bits if the sum of *a* without its bias has less than 23. The half is taken away with the bias: what stands in
//! its place in the constants of *a* and *c* is twice the bias less twice the half.

use super::{FOUR, FOUR_CONSTANTS, FOUR_ONCE_CONSTANTS, UNIT_CONSTANTS, outputs_of_sums_once};
use crate::inner::flash::Flash;

/// Bits of the lower of two sums.
pub const LOWER_BITS: u32 = 24;

/// What the lower of two sums begins with.
pub const HALF: i32 = 1 << (LOWER_BITS - 1);

/// What is added to a weight to take its sign.
pub const LESS_SIGN: i32 = 128;

/// What sums begin with for a row of inputs.
#[inline(always)]
pub(in crate::inner) fn start(x: &[i8]) -> i32 {
    /// So many are added up where they are, if it is known how many they are.
    const SHORT: usize = 16;
    let sum = if x.len() <= SHORT { sum(x) } else { long_sum(x) };
    sum.wrapping_mul(LESS_SIGN).wrapping_neg()
}

#[inline(always)]
fn sum(x: &[i8]) -> i32 {
    x.iter().fold(0, |sum: i32, &x| sum.wrapping_add(x.into()))
}

#[inline(never)] // one copy for all layers
fn long_sum(x: &[i8]) -> i32 {
    sum(x)
}

/// The outputs of as many fours of units as there are, limited to eight bits, for one row of inputs.
#[inline]
pub fn bytes_of_row(words: Flash<'_, i32>, x: &[i8], outputs: &mut [[i8; FOUR]]) {
    let start = start(x);
    let fours = words.chunks(x.len().wrapping_add(FOUR_CONSTANTS));
    for (outputs, words) in outputs.iter_mut().zip(fours) {
        let mut sums = [start; FOUR];
        for (w, &x) in words.iter().zip(x) {
            for (sum, w) in sums.iter_mut().zip(w.to_le_bytes()) {
                *sum = sum.wrapping_add(i32::from(w).wrapping_mul(x.into()));
            }
        }
        *outputs = super::super::outputs_of_sums(words.range(x.len(), FOUR_CONSTANTS), sums);
    }
}

/// As [`bytes_of_row`], with pairs.
#[inline]
pub fn pairs_of_row(words: Flash<'_, i32>, x: &[i8], outputs: &mut [[i8; FOUR]]) {
    each_four(words, FOUR_CONSTANTS, x, outputs, super::super::outputs_of_sums);
}

/// As [`pairs_of_row`] for units that are rounded once: the bias of *a* and *c* is less the half.
#[inline]
pub fn pairs_once_of_row(words: Flash<'_, i32>, x: &[i8], outputs: &mut [[i8; FOUR]]) {
    each_four(words, FOUR_ONCE_CONSTANTS, x, outputs, outputs_of_sums_once);
}

/// The outputs of pairs, with so many constants of four units.
#[inline(always)]
fn each_four(
    words: Flash<'_, i32>,
    constants: usize,
    x: &[i8],
    outputs: &mut [[i8; FOUR]],
    of_sums: impl Fn(Flash<'_, i32>, [i32; FOUR]) -> [i8; FOUR],
) {
    let start = i64::from(start(x).wrapping_add(HALF));
    let fours = words.chunks(x.len().wrapping_add(constants));
    for (outputs, words) in outputs.iter_mut().zip(fours) {
        let (mut first, mut second) = (start, start);
        for (w, &x) in words.iter().zip(x) {
            first = add(first, w, x);
            second = add(second, w.rotate_right(16), x);
        }
        let [[a, b], [c, d]] = [first, second].map(|sums| {
            let lower = sums as i32 & (1i32 << LOWER_BITS).wrapping_sub(1);
            [lower, (sums >> LOWER_BITS) as i32]
        });
        *outputs = of_sums(words.range(x.len(), constants), [a, b, c, d]);
    }
}

/// Both products, and what there was.
#[inline(always)]
fn add(sums: i64, weights: i32, x: i8) -> i64 {
    let both = weights & 0xff00_00ff_u32.cast_signed();
    sums.wrapping_add(i64::from(both).wrapping_mul(x.into()))
}

const _: () = assert!(FOUR * UNIT_CONSTANTS == FOUR_CONSTANTS);
