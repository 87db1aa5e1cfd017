//! Sums of products for four units at a time, whose weights lie side by side: of each element of a row those of all
//! four. So a loop reads one stream, and an element of the row once for four products.

use super::{Tap, requantize};
use crate::inner::flash::Flash;

/// Units that are summed up together.
pub const FOUR: usize = 4;

/// Words of constants of a unit: its bias, its multiplier, an exponent from 1 to 31 that stands for a shift to the right,
/// and half of its power of two. Sums fit into 31 bits.
pub const UNIT_CONSTANTS: usize = 4;

/// `Σ weights · x` of four units, modulo 2^32, as far as both reach.
#[inline]
pub fn sums_of_row(weights: Flash<'_, i8>, x: &[i8]) -> [i32; FOUR] {
    let mut sums = [0; FOUR];
    for (step, &x) in x.iter().enumerate() {
        let Some(weights) = weights.array::<FOUR>(step.wrapping_mul(FOUR)) else { return sums };
        for (sum, w) in sums.iter_mut().zip(weights) {
            *sum = i32::wrapping_add(*sum, i32::from(w) * i32::from(x));
        }
    }
    sums
}

/// The same of two rows of one length.
#[inline]
pub fn sums_of_two_rows(weights: Flash<'_, i8>, [a, b]: [&[i8]; 2]) -> [[i32; FOUR]; 2] {
    [sums_of_row(weights, a), sums_of_row(weights, b)]
}

/// Adds `Σ weights · image` to the sums of neighbouring channels, over `rows` rows of `columns` taps, which lie as far
/// apart as `steps` says, those of the weights first. All of them must be there.
#[inline]
pub fn sums_of_taps(
    sums: &mut [[i32; FOUR]],
    [rows, columns]: [usize; 2],
    steps: [Tap; 2],
    weights: Flash<'_, i8>,
    image: &[i8],
) {
    for row in 0..rows {
        for column in 0..columns {
            let [w, x] = steps
                .map(|step| row.wrapping_mul(step.row).wrapping_add(column.wrapping_mul(step.column)));
            let (weights, image) = (weights.range(w, weights.len().wrapping_sub(w)), image.get(x..));
            let sums = sums.as_flattened_mut().iter_mut();
            for ((sum, w), &x) in sums.zip(weights.iter()).zip(image.unwrap_or(&[])) {
                *sum = i32::wrapping_add(*sum, i32::from(w) * i32::from(x));
            }
        }
    }
}

/// As [`requantize`](super::requantize), with the constants of a unit.
#[inline(always)]
pub fn requantize_down(x: i32, multiplier: i32, exponent: i32, _half: i32) -> i32 {
    requantize(x, multiplier, exponent.wrapping_neg())
}
