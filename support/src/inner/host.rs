//! Loops for the compiler, which runs models to measure them: in a macro it is not optimized itself, and then
//! plain indices take a thirtieth of the time that iterators take.

// Indices are below both lengths, and a panic while compiling would be said to be ours.
#![allow(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use super::flash::Flash;
use super::portable::{self, FOUR, SHORT};

/// As [`portable::outputs_of_sums`], and as [`portable::short_outputs_of_sums`] where the constants say so.
pub fn outputs_of_sums(constants: Flash<'_, i32>, sums: [i32; FOUR]) -> [i8; FOUR] {
    match constants.get(2) {
        Some(exponent) if exponent & SHORT != 0 => portable::short_outputs_of_sums(constants, sums),
        _ => portable::outputs_of_sums(constants, sums),
    }
}

/// `acc + Σ weights · input`, as far as both reach, modulo 2^32.
pub fn dot_s8(acc: i32, weights: Flash<'_, i8>, input: &[i8]) -> i32 {
    let weights = weights.as_slice();
    let len = weights.len().min(input.len());
    let (mut sum, mut i) = (0i64, 0);
    while i < len {
        sum += weights[i] as i64 * input[i] as i64;
        i += 1;
    }
    acc.wrapping_add(sum as i32)
}

/// The same for `int16`.
pub fn dot_s16(acc: i32, weights: Flash<'_, i8>, input: &[i16]) -> i32 {
    let weights = weights.as_slice();
    let len = weights.len().min(input.len());
    let (mut sum, mut i) = (0i64, 0);
    while i < len {
        sum += weights[i] as i64 * input[i] as i64;
        i += 1;
    }
    acc.wrapping_add(sum as i32)
}

/// `acc + Σ weights · input`, as far as both reach, in 64 bits.
pub fn dot_s16_wide(acc: i64, weights: Flash<'_, i8>, input: &[i16]) -> i64 {
    let weights = weights.as_slice();
    let len = weights.len().min(input.len());
    let (mut sum, mut i) = (0i64, 0);
    while i < len {
        sum += weights[i] as i64 * input[i] as i64;
        i += 1;
    }
    acc.wrapping_add(sum)
}

#[cfg(test)]
mod tests {
    use super::super::portable;
    use super::*;

    #[test]
    fn loops_give_what_the_portable_ones_give() {
        let mut random = 0x1234_5678u32;
        let mut next = || {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (random >> 8) as i32
        };
        for len in [0, 1, 7, 64, 300] {
            let weights: Vec<i8> = (0..len).map(|_| next() as i8).collect();
            let (bytes, words): (Vec<i8>, Vec<i16>) =
                (0..len + 3).map(|_| (next() as i8, next() as i16)).unzip();
            let (weights, acc) = (Flash::from_slice(&weights), next());
            assert_eq!(dot_s8(acc, weights, &bytes), portable::dot_s8(acc, weights, &bytes));
            assert_eq!(dot_s16(acc, weights, &words), portable::dot_s16(acc, weights, &words));
            let (ours, theirs) =
                (dot_s16_wide(7, weights, &words), portable::dot_s16_wide(7, weights, &words));
            assert_eq!(ours, theirs);
        }
        let extremes = vec![i16::MIN; 4000];
        let weights = vec![i8::MIN; 4000];
        let weights = Flash::from_slice(&weights);
        assert_eq!(dot_s16(0, weights, &extremes), portable::dot_s16(0, weights, &extremes));
        assert_eq!(dot_s16_wide(0, weights, &extremes), portable::dot_s16_wide(0, weights, &extremes));
    }
}
