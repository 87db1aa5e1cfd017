//! Loops for cores that multiply one number at a time.

#[cfg(any(tiny_model_loops = "plain", test))]
mod fours;
#[cfg(any(not(tiny_model_multiplier = "short"), test))]
mod requantize;
#[cfg(tiny_model_loops = "rv32m")]
mod rv32m;
mod taps;
#[cfg(tiny_model_loops = "v6m")]
mod v6m;
#[cfg(tiny_model_loops = "v7m")]
mod v7m;

#[cfg(tiny_model_loops = "plain")]
pub use fours::{sums_of_row, sums_of_two_rows};
#[cfg(not(tiny_model_multiplier = "short"))]
pub use requantize::requantize_down;
#[cfg(tiny_model_loops = "rv32m")]
pub use rv32m::{sums_of_row, sums_of_two_rows};
#[cfg(not(tiny_model_loops = "v7m"))]
pub use taps::sums_of_taps;
#[cfg(tiny_model_loops = "v6m")]
pub use v6m::{outputs_of_sums, sums_of_row, sums_of_two_rows};
#[cfg(tiny_model_loops = "v7m")]
pub use v7m::{fours_of_row, fours_of_two_rows, sums_of_taps};

#[cfg(test)]
mod tests {
    extern crate std;

    use super::*;
    use crate::inner::flash::Flash;
    use crate::inner::portable::{self, FOUR, MAX_EXPONENT, Tap};
    use crate::inner::short;
    use std::vec;
    use std::vec::Vec;

    /// Numbers that look random.
    fn numbers() -> impl FnMut() -> i32 {
        let mut state = 0x1234_5678u32;
        move || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as i32
        }
    }

    #[test]
    fn sums_are_those_of_the_portable_loops() {
        let mut number = numbers();
        for len in (0..40).chain([100, 257]) {
            let mut bytes = |len: usize| (0..len).map(|_| number() as i8).collect::<Vec<i8>>();
            let (weights, a, b) = (bytes(len * FOUR), bytes(len), bytes(len));
            let weights = Flash::from_slice(&weights);
            let expected = [portable::sums_of_row(weights, &a), portable::sums_of_row(weights, &b)];
            assert_eq!(fours::sums_of_row(weights, &a), expected[0], "{len}");
            assert_eq!(fours::sums_of_two_rows(weights, [&a, &b]), expected, "{len}");
        }
        let (weights, x) = (vec![i8::MIN; 4 * 1000], vec![i8::MIN; 1000]);
        assert_eq!(fours::sums_of_row(Flash::from_slice(&weights), &x), [1000 << 14; FOUR]);
    }

    #[test]
    fn taps_are_those_of_the_portable_loops() {
        let mut number = numbers();
        for (channels, rows, columns, width) in [(4, 1, 1, 1), (8, 3, 3, 5), (12, 2, 4, 4), (32, 3, 2, 7)] {
            let mut bytes = |len: usize| (0..len).map(|_| number() as i8).collect::<Vec<i8>>();
            let steps = [columns, width].map(|width| Tap { row: width * channels, column: channels });
            let (weights, image) = (bytes(rows * columns * channels), bytes(rows * width * channels));
            let weights = Flash::from_slice(&weights);
            for fours in 0..=channels / FOUR {
                let mut sums = [[7; FOUR]; 8];
                let mut expected = sums;
                taps::sums_of_taps(&mut sums[..fours], [rows, columns], steps, weights, &image);
                portable::sums_of_taps(&mut expected[..fours], [rows, columns], steps, weights, &image);
                assert_eq!(sums, expected, "{channels} {rows} {columns} {fours}");
            }
            // What is not there is not read.
            let mut sums = [[7; FOUR]];
            taps::sums_of_taps(&mut sums, [rows + 1, columns], steps, weights, &image);
            assert_eq!(sums, [[0; FOUR]]);
            taps::sums_of_taps(&mut sums, [rows, 0], steps, weights, &image);
            assert_eq!(sums, [[0; FOUR]]);
        }
    }

    #[test]
    fn requantization_is_that_of_the_reference() {
        let mut number = numbers();
        for multiplier in [0, 1 << 30, i32::MAX, 0x5555_5555, 0x7fff_f000] {
            for exponent in 1..=MAX_EXPONENT {
                for zero_point in [-128, -1, 0, 77, 127] {
                    let offset = (1 << (exponent - 1)) + (zero_point << exponent);
                    let near = (1i32 << exponent) | 1;
                    let many = (0..40).map(|_| number().wrapping_mul(61) >> 1);
                    for x in
                        many.chain([0, 1, -1, near, -near, near >> 1, -near >> 1, (1 << 30) - 1, -(1 << 30)])
                    {
                        let expected = portable::requantize(x, multiplier, -exponent) + zero_point;
                        let found = [
                            requantize::requantize_down(x << 1, multiplier, exponent, offset),
                            short::requantize_down(x << 1, multiplier, exponent, offset),
                            portable::requantize_down(x << 1, multiplier, exponent, offset),
                        ];
                        assert_eq!(found, [expected; 3], "{x} {multiplier} {exponent} {zero_point}");
                    }
                }
            }
        }
    }
}
