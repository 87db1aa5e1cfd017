//! Sums of products for four units at a time, whose weights lie side by side: of each element of a row those of all
//! four. So a loop reads one stream, and an element of the row once for four products.

use super::{Tap, once, requantize};
use crate::inner::flash::Flash;

/// Units that are summed up together.
pub const FOUR: usize = 4;

/// Words of constants of a unit, for loops that take no [`SHORT`] ones: twice its bias, its multiplier, an exponent *e* from 1 to [`MAX_EXPONENT`] that stands for a
/// shift to the right, and `2^(e - 1) + 2^e · zero point of the output`. Sums fit into 31 bits.
pub const UNIT_CONSTANTS: usize = 4;

/// The greatest exponent: nothing leaves 32 bits with it.
pub const MAX_EXPONENT: i32 = 22;

/// Constants of four units.
pub const FOUR_CONSTANTS: usize = FOUR * UNIT_CONSTANTS;

/// Words of constants of a unit that is rounded once: its bias and its multiplier, as [`once`] takes them.
pub const ONCE_CONSTANTS: usize = 2;

/// The same of four units.
pub const FOUR_ONCE_CONSTANTS: usize = FOUR * ONCE_CONSTANTS;

/// Stands beside the exponent of the first of four units if all of them have short products. Their constants are the bias
/// itself, the upper and the lower part of a multiplier, the exponent, and what is added before the shift: see
/// [`short_outputs_of_sums`].
#[allow(dead_code)] // by what makes them
pub const SHORT: i32 = i32::MIN;

/// Stands beside it if something is taken away from negative products: as many bits to the left as bits 8 to 15 tell, one.
#[allow(dead_code)] // by what makes them
pub const SIGNED: i32 = 1 << 30;

/// Bits of the lower part of a multiplier, which is the lower half of a word.
#[allow(dead_code)] // by what makes them
pub const LOWER_OF_SCALE: u32 = 12;

/// Bits of a sum that the lower part does not meet.
#[allow(dead_code)] // by what makes them
pub const DROPPED_OF_SUM: u32 = 3;

/// The loops that go from sums to outputs in one way, with the constants of four units.
macro_rules! loops {
    ($of_row:ident, $of_two_rows:ident, $constants:ident, $($outputs:ident)::+) => {
        /// The outputs of as many fours of units as there are, limited to eight bits, for one row of inputs.
        #[inline]
        pub fn $of_row(
            weights: Flash<'_, i8>,
            constants: Flash<'_, i32>,
            x: &[i8],
            outputs: &mut [[i8; FOUR]],
        ) {
            let fours = weights.chunks(x.len().wrapping_mul(FOUR)).zip(constants.chunks($constants));
            for (output, (weights, constants)) in outputs.iter_mut().zip(fours) {
                *output = $($outputs)::+(constants, super::super::sums_of_row(weights, x));
            }
        }

        /// The same for two rows of one length, and for as many fours as both outputs hold.
        #[inline]
        pub fn $of_two_rows(
            weights: Flash<'_, i8>,
            constants: Flash<'_, i32>,
            x: [&[i8]; 2],
            [first, second]: [&mut [[i8; FOUR]]; 2],
        ) {
            let fours = weights.chunks(x[0].len().wrapping_mul(FOUR)).zip(constants.chunks($constants));
            for ((first, second), (weights, constants)) in first.iter_mut().zip(second).zip(fours) {
                let [a, b] = super::super::sums_of_two_rows(weights, x);
                *first = $($outputs)::+(constants, a);
                *second = $($outputs)::+(constants, b);
            }
        }
    };
}

loops!(fours_of_row, fours_of_two_rows, FOUR_CONSTANTS, super::super::outputs_of_sums);
loops!(fours_once_of_row, fours_once_of_two_rows, FOUR_ONCE_CONSTANTS, outputs_of_sums_once);

/// The outputs of four sums.
#[inline(always)]
pub fn outputs_of_sums(constants: Flash<'_, i32>, [a, b, c, d]: [i32; FOUR]) -> [i8; FOUR] {
    let constants: [i32; FOUR_CONSTANTS] = constants.array(0).unwrap_or([0; FOUR_CONSTANTS]);
    let mut units = constants.as_chunks::<UNIT_CONSTANTS>().0.iter();
    let mut next = |sum: i32| {
        let [bias, multiplier, exponent, offset] = units.next().copied().unwrap_or([0; UNIT_CONSTANTS]);
        let doubled = sum.wrapping_shl(1).wrapping_add(bias);
        let value = super::super::requantize_down(doubled, multiplier, exponent, offset);
        value.clamp(i8::MIN.into(), i8::MAX.into()) as i8
    };
    [next(a), next(b), next(c), next(d)]
}

/// The outputs of four sums that are rounded once.
#[inline(always)]
pub fn outputs_of_sums_once(constants: Flash<'_, i32>, [a, b, c, d]: [i32; FOUR]) -> [i8; FOUR] {
    let constants: [i32; FOUR_ONCE_CONSTANTS] = constants.array(0).unwrap_or([0; FOUR_ONCE_CONSTANTS]);
    let mut units = constants.as_chunks::<ONCE_CONSTANTS>().0.iter();
    let mut next = |sum: i32| {
        let [bias, multiplier] = units.next().copied().unwrap_or([0; ONCE_CONSTANTS]);
        once(sum.wrapping_add(bias), multiplier)
    };
    [next(a), next(b), next(c), next(d)]
}

/// The outputs of four sums by products of 32 bits: `sum · upper + (((sum >> 3) · lower) >> 9)`, less what is taken away
/// from negative ones, and what is added before the shift.
///
/// What is dropped of the sum is less than a thousandth of what the outputs are rounded by, and leaves room for three more
/// bits of it.
#[allow(dead_code)] // by assembly
pub fn short_outputs_of_sums(constants: Flash<'_, i32>, sums: [i32; FOUR]) -> [i8; FOUR] {
    let constants: [i32; FOUR_CONSTANTS] = constants.array(0).unwrap_or([0; FOUR_CONSTANTS]);
    let is_signed = constants[2] & SIGNED != 0;
    let mut outputs = [0; FOUR];
    let units = constants.as_chunks::<UNIT_CONSTANTS>().0.iter().zip(sums);
    for (output, (&[bias, scale, exponent, offset], sum)) in outputs.iter_mut().zip(units) {
        let sum = sum.wrapping_add(bias);
        let lower = (sum >> DROPPED_OF_SUM).wrapping_mul(scale & 0xffff) >> (LOWER_OF_SCALE - DROPPED_OF_SUM);
        let product = sum.wrapping_mul((scale.cast_unsigned() >> 16).cast_signed()).wrapping_add(lower);
        let below_zero =
            if is_signed { (product >> 31).wrapping_shl(exponent.cast_unsigned() >> 8 & 0xff) } else { 0 };
        let value = product.wrapping_add(below_zero).wrapping_add(offset);
        *output = value.wrapping_shr(exponent.cast_unsigned() & 0xff).clamp(-128, 127) as i8;
    }
    outputs
}

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

/// Sets the sums of neighbouring channels to `Σ weights · image`, over `rows` rows of `columns` taps, which lie as far
/// apart as `steps` says, those of the weights first. All of them must be there.
#[inline]
pub fn sums_of_taps(
    sums: &mut [[i32; FOUR]],
    [rows, columns]: [usize; 2],
    steps: [Tap; 2],
    weights: Flash<'_, i8>,
    image: &[i8],
) {
    sums.fill([0; FOUR]);
    for row in 0..rows {
        for column in 0..columns {
            let [w, x] =
                steps.map(|step| row.wrapping_mul(step.row).wrapping_add(column.wrapping_mul(step.column)));
            let (weights, image) = (weights.range(w, weights.len().wrapping_sub(w)), image.get(x..));
            let sums = sums.as_flattened_mut().iter_mut();
            for ((sum, w), &x) in sums.zip(weights.iter()).zip(image.unwrap_or(&[])) {
                *sum = i32::wrapping_add(*sum, i32::from(w) * i32::from(x));
            }
        }
    }
}

/// As [`requantize`](super::requantize) of a sum that was doubled, with the constants of a unit; the output's zero point
/// is added.
#[inline(always)]
pub fn requantize_down(doubled: i32, multiplier: i32, exponent: i32, offset: i32) -> i32 {
    let zero_point = offset.wrapping_shr(exponent.cast_unsigned());
    requantize(doubled >> 1, multiplier, exponent.wrapping_neg()).wrapping_add(zero_point)
}
