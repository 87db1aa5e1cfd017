//! Loops for the compiler, which runs models to measure them: in a macro it is not optimized itself, and then plain
//! indices take a thirtieth of the time that iterators take, and patterns of slices take less than indices.

// Indices are below both lengths, and a panic while compiling would be said to be ours.
#![allow(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use super::flash::Flash;
use super::portable::{self, FOUR, LaneTaps, SHORT};

/// As [`portable::outputs_of_sums`], and as [`portable::short_outputs_of_sums`] where the constants say so.
pub fn outputs_of_sums(constants: Flash<'_, i32>, sums: [i32; FOUR]) -> [i8; FOUR] {
    match constants.get(2) {
        Some(exponent) if exponent & SHORT != 0 => portable::short_outputs_of_sums(constants, sums),
        _ => portable::outputs_of_sums(constants, sums),
    }
}

/// `Σ weights · input`, as far as both reach, in 64 bits: a macro, for a generic function would call conversions.
macro_rules! sum {
    ($weights:expr, $input:expr) => {{
        let (mut weights, mut input, mut sum) = ($weights, $input, 0i64);
        while let ([a, b, c, d, rest @ ..], [p, q, r, s, others @ ..]) = (weights, input) {
            sum +=
                *a as i64 * *p as i64 + *b as i64 * *q as i64 + *c as i64 * *r as i64 + *d as i64 * *s as i64;
            (weights, input) = (rest, others);
        }
        while let ([a, rest @ ..], [p, others @ ..]) = (weights, input) {
            sum += *a as i64 * *p as i64;
            (weights, input) = (rest, others);
        }
        sum
    }};
}

/// `acc + Σ weights · input`, as far as both reach, modulo 2^32.
pub fn dot_s8(acc: i32, weights: Flash<'_, i8>, input: &[i8]) -> i32 {
    acc.wrapping_add(sum!(weights.as_slice(), input) as i32)
}

/// The same for `int16`.
pub fn dot_s16(acc: i32, weights: Flash<'_, i8>, input: &[i16]) -> i32 {
    acc.wrapping_add(sum!(weights.as_slice(), input) as i32)
}

/// `acc + Σ weights · input`, as far as both reach, in 64 bits.
pub fn dot_s16_wide(acc: i64, weights: Flash<'_, i8>, input: &[i16]) -> i64 {
    acc.wrapping_add(sum!(weights.as_slice(), input))
}

/// As [`portable::multiply_add_taps`].
pub fn multiply_add_taps<const N: usize, const SHARED: bool>(
    mut sums: [i32; N],
    taps: LaneTaps<'_>,
) -> [i32; N] {
    let LaneTaps { weights, mut at, units, image, step, count } = taps;
    let weights = weights.as_slice();
    let channels = if SHARED { 1 } else { N };
    let (mut x, mut tap) = (0, 0);
    while tap < count && at + N <= weights.len() && x + channels <= image.len() {
        let mut lane = 0;
        while lane < N {
            let input = if SHARED { image[x] } else { image[x + lane] };
            sums[lane] = sums[lane].wrapping_add(weights[at + lane] as i32 * input as i32);
            lane += 1;
        }
        at += units;
        x += step;
        tap += 1;
    }
    sums
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

    #[test]
    fn taps_give_what_the_portable_ones_give() {
        let bytes: Vec<i8> = (0..90i32).map(|at| (at * 77 % 251 - 125) as i8).collect();
        let (weights, image) = (Flash::from_slice(&bytes[5..]), &bytes[..77]);
        for (at, units, step, count) in
            [(0, 4, 4, 3), (3, 8, 12, 9), (7, 1, 0, 5), (2, 30, 3, 20), (90, 1, 1, 1)]
        {
            let taps = LaneTaps { weights, at, units, image, step, count };
            let sums = [1, -2, i32::MAX, 4];
            let portable = portable::multiply_add_taps::<4, false>(sums, taps);
            assert_eq!(multiply_add_taps::<4, false>(sums, taps), portable);
            let portable = portable::multiply_add_taps::<4, true>(sums, taps);
            assert_eq!(multiply_add_taps::<4, true>(sums, taps), portable);
            assert_eq!(
                multiply_add_taps::<1, true>([7], taps),
                portable::multiply_add_taps::<1, false>([7], taps)
            );
        }
    }
}
