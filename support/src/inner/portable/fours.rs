//! Sums of products for four units at a time, whose weights lie side by side: of each element of a row those of all
//! four. So a loop reads one stream, and an element of the row once for four products.

use super::{Tap, requantize};
use crate::inner::flash::Flash;

/// Units that are summed up together.
pub const FOUR: usize = 4;

/// Words of constants of a unit: its bias, its multiplier and the shift, which is from -31 to -1. Sums fit into 31 bits.
pub const UNIT_CONSTANTS: usize = 3;

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

/// `sums + Σ weights · image` of four neighbouring channels over `rows` rows of `columns` taps, which lie as far apart
/// as `steps` says, those of the weights first. What is not there adds nothing.
#[inline]
pub fn sums_of_taps(
    mut sums: [i32; FOUR],
    [rows, columns]: [usize; 2],
    steps: [Tap; 2],
    weights: Flash<'_, i8>,
    image: &[i8],
) -> [i32; FOUR] {
    for row in 0..rows {
        for column in 0..columns {
            let [w, x] = steps
                .map(|step| row.wrapping_mul(step.row).wrapping_add(column.wrapping_mul(step.column)));
            let x = image.get(x..).and_then(|image| image.first_chunk::<FOUR>());
            let (Some(weights), Some(x)) = (weights.array::<FOUR>(w), x) else { continue };
            for ((sum, w), &x) in sums.iter_mut().zip(weights).zip(x) {
                *sum = i32::wrapping_add(*sum, i32::from(w) * i32::from(x));
            }
        }
    }
    sums
}

/// As [`requantize`](super::requantize), for a sum of 31 bits and a shift from -31 to -1.
#[inline(always)]
pub fn requantize_down(x: i32, multiplier: i32, shift: i32) -> i32 {
    requantize(x, multiplier, shift)
}
