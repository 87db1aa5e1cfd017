//! Loops for cores that multiply one number at a time: in assembly for Cortex-M0 (`v6m`), Cortex-M3 (`v7m`) and RISC-V
//! (`rv32m`), in Rust for others.
//!
//! # Fours of units
//!
//! Weights of four units lie side by side, so that one address leads through them, and an input is loaded once for four
//! products. Inputs and weights are bytes all the way: where the core loads them with their sign, nothing is gained by
//! widening them before. The zero point is in the bias, and rows of padding are copied into the window, which is brought
//! together once for all units: 3 instructions for each byte, 2.75 on RISC-V and 1 on Cortex-M3, and 9 to 13 for each row.
//!
//! | core | block | a step, in instructions | for each product |
//! |---|---|---|---|
//! | Cortex-M3 | 4 units × 2 rows | 6 `ldrsb`, 8 `mla` | 1.75 |
//! | Cortex-M3 | 4 units × 1 row | 5 `ldrsb`, 4 `mla` | 2.25 |
//! | RISC-V | 4 units × 2 rows | 6 `lb`, 8 `mul`, 8 `add` | 2.75 |
//! | RISC-V | 4 units × 1 row | 5 `lb`, 4 `mul`, 4 `add` | 3.25 |
//! | Cortex-M0 | 4 units × 1 row | 5 `ldrsb`, 4 `muls`, 4 `add`, 1 `adds` | 3.5 |
//! | Cortex-M3 | 4 units × a row alone, 4 inputs | 1 `ldm`, 4 `ldrsb`, 8 `and`, 8 `smlal` | 1.31 |
//! | Cortex-M0 | 4 units × a row alone, 8 inputs | 8 `ldrsb`, 32 `ldrb`, 32 `muls`, 32 `add`, 3 `adds` | 3.34 |
//!
//! Cortex-M3 has eight sums (`r4` to `r11`), two inputs (`r3`, `r12`), a weight (`lr`) and three addresses: all fourteen
//! registers, so that the end of the row is in memory: three instructions for eight steps. The multiplier bounds it at 1.0, and
//! loads of four weights and two inputs for eight products at 1.75. Steps are unrolled, and entered at the one that leaves
//! none over.
//!
//! Cortex-M0 adds to its upper registers, where the sums are, as well as to the lower ones. The lower ones hold two
//! addresses, an input, a product, and the distances 0 to 3, because bytes with a sign are loaded from a sum of two
//! registers only. A product destroys the weight and leaves the input, so that one row needs no copies, and two
//! rows at once would take as many instructions for each product as one.
//!
//! What was tried or counted, and did not help:
//!
//! - The same in Rust: LLVM puts off additions until it runs out of registers, and took 3.45 for each product on Cortex-M3
//!   and spilled on RISC-V with its 31 registers too.
//! - Weights four to a word, one load and `sxtb` for each: 2.25 for each product instead of 1.75.
//! - Inputs of two rows widened into pairs of words: 1.63 for each product, but widening takes 3.5 for each pair, as much
//!   as that gains with 16 units, and eight times the memory.
//! - Weights less signs, so that Cortex-M0 loads them with a constant distance, for layers of many rows too: the sum of each
//!   row's inputs is needed, which takes as much as it gains where there are few units.
//!
//! # A row alone
//!
//! A fully connected layer of one row uses each weight once. Its weights are words of four units, as `portable::pairs`
//! tells, followed by the constants of the four, so that one address leads through both.
//!
//! Cortex-M3 masks two of the weights of a word, which are one factor then: `smlal` adds both products to one sum of 64
//! bits. Two such sums are `r4` to `r7`, four words `r8` to `r11`, the input `r12`, the masked word `lr`; `r0` and `r1` are
//! addresses, `r2` the end of the row, `r3` the mask. Eight blocks of four inputs are unrolled, and entered at the one
//! that leaves none over; up to three inputs come before. Four outputs are 51 instructions, 33 if they are rounded once, 6
//! of which part the sums. The multiplier bounds it at 0.5, masks at 1.0, loads of words and inputs at 1.31.
//!
//! - Words of one unit's weights and inputs in pairs, so that a product's middle adds up two inputs of one unit: 1.19 with
//!   two units at a time, but two bytes of stack for each input, and both factors have 32 bits. Here one is a byte, for
//!   which Cortex-M3 ends a multiplication early.
//! - Instructions are not cycles here: where `mla` takes 2, `smlal` takes 4 to 7 on Cortex-M3, so that by its manual both ways
//!   take 3 to 5 cycles for each product. This one loads a word of weights where the other loads four bytes, which counts
//!   where flash has wait states.
//! - More than two sums of 64 bits: registers are out.
//!
//! Cortex-M0 loads weights less their signs, whose distance from the address is in the instruction; 0 to 3 in `r4` to `r7` are
//! those of inputs, which keep their signs. Sixteen inputs are unrolled, and entered in the middle if eights are odd.
//!
//! # Outputs
//!
//! The constants of a unit are twice its bias, its multiplier, the exponent and what is added before the shift, with the
//! zero point in it. On Cortex-M3 an output is eight instructions in the loop itself: the doubled sum (`add` with a shift), `smull`, the
//! rounding of the upper half, the sign that makes half up into half away from zero, the addition, the shift, `ssat` and
//! `strb`.
//!
//! Where the compiler has proved that one product rounded once does, a unit has two constants: its bias, with half a step of
//! the output and the zero point in it, and the multiplier. On Cortex-M3 an output is four instructions then: `add`, `smull`,
//! `ssat` of the upper half and `strb`; on RISC-V `add`, `mulh`, two comparisons with the limits and `sb`. Loops of both
//! forms are made from one text, and a program has those that it uses.
//!
//! On Cortex-M0 multiplications give the lower 32 bits only, so that nothing is rounded once. Where the compiler has proved
//! that two short products do, an output is sixteen instructions, three more if it is limited: two loads, the bias, seven
//! for a multiplier in two parts, what is added before the shift, the shift, three for the limit, and `strb`. Where negative
//! outputs are told apart too, four more take what is missing from negative products, and three close the loop. For other
//! units the multiplier is taken in three pieces if all four sums are short, in 35 instructions for each, and in 64 bits
//! otherwise.
//!
//! - One product, with what is left of 32 bits beside the sum for the multiplier, would be ten instructions, but is proved
//!   of whole layers only where sums are small, as in the middle of an autoencoder.
//! - The multiplier in three pieces without a check, where it is proved that sums are short: two short products are nearly
//!   always proved then too.
//! - More bits in the lower part: with 13 and one bit of the sum less, more of the layers with sums beyond 20 bits are proved,
//!   and less of the others.
//!
//! # Depthwise windows
//!
//! Four neighbouring channels at a time: a tap is eight loads and four products, and the step to the next tap four
//! instructions, two where the window is three columns wide: 3.5 for each product. Taps on the padding are added
//! afterwards, for the channels of the pixels at the border alone.

#[cfg(all(tiny_model_backend = "portable", not(tiny_model_loops = "plain")))]
mod copy;
#[cfg(any(tiny_model_loops = "plain", test))]
mod fours;
#[cfg(any(not(tiny_model_multiplier = "short"), test))]
mod requantize;
#[cfg(all(tiny_model_backend = "portable", tiny_model_loops = "rv32m"))]
mod rv32m;
mod taps;
#[cfg(all(tiny_model_backend = "portable", tiny_model_loops = "v6m"))]
mod v6m;
#[cfg(all(tiny_model_backend = "portable", tiny_model_loops = "v7m"))]
mod v7m;

#[cfg(all(tiny_model_backend = "portable", not(tiny_model_loops = "plain")))]
pub use copy::copy_rows;
#[cfg(all(tiny_model_backend = "portable", tiny_model_loops = "plain"))]
pub use fours::{sums_of_row, sums_of_two_rows};
#[cfg(all(tiny_model_backend = "portable", not(tiny_model_multiplier = "short")))]
pub use requantize::requantize_down;
#[cfg(all(tiny_model_backend = "portable", tiny_model_loops = "rv32m"))]
pub use rv32m::{sums_of_row, sums_of_two_rows};
#[cfg(all(tiny_model_backend = "portable", not(tiny_model_loops = "v7m")))]
pub use taps::sums_of_taps;
#[cfg(all(tiny_model_backend = "portable", tiny_model_loops = "v6m"))]
pub use v6m::{bytes_of_row, outputs_of_sums, sums_of_row, sums_of_two_rows};
#[cfg(all(tiny_model_backend = "portable", tiny_model_loops = "v7m"))]
pub use v7m::{
    fours_of_row, fours_of_two_rows, fours_once_of_row, fours_once_of_two_rows, pairs_of_row,
    pairs_once_of_row, sums_of_taps,
};

#[cfg(test)]
mod tests {
    extern crate std;

    use super::*;
    use crate::inner::flash::Flash;
    use crate::inner::portable::{self, FOUR, MAX_EXPONENT, Tap};
    use crate::inner::short;
    use crate::kernels::random::Random;
    use std::vec;
    use std::vec::Vec;

    fn numbers() -> impl FnMut() -> i32 {
        let mut random = Random::new(0x1234_5678);
        move || random.bits() as i32
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
