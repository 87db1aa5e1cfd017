//! Sums of products of `int16` activations and `int8` weights.
//!
//! The type of a bias decides how the reference adds up and requantizes: with 32-bit biases as for
//! `int8`, with 64-bit ones in 64 bits and by a shorter multiplier.

use super::requantization::Requantization;
use crate::inner::flash::{Element, Flash};
use crate::inner::{dot_s16, dot_s16_wide, requantize, requantize_wide};

/// How a sum is kept, and how it becomes an output.
pub trait Accumulator: Copy {
    /// The sum.
    type Sum: Copy;
    /// The significands of the factors to the scale of the output.
    type Multiplier: Element;

    /// What unit `unit` starts from.
    fn start(self, bias: Flash<'_, i32>, unit: usize) -> Self::Sum;

    /// `sum + Σ weights · input`, as far as both reach.
    fn dot(self, sum: Self::Sum, weights: Flash<'_, i8>, input: &[i16]) -> Self::Sum;

    /// `sum + weight · x`.
    fn multiply_add(self, sum: Self::Sum, weight: i8, x: i16) -> Self::Sum;

    /// The sum on the scale of the output.
    fn requantize(self, sum: Self::Sum, multiplier: Self::Multiplier, shift: i32) -> i32;

    /// The sum as an output, whose zero point is 0.
    #[inline(always)]
    fn finish(
        self,
        sum: Self::Sum,
        scales: (Flash<'_, Self::Multiplier>, Flash<'_, i8>),
        unit: usize,
        to: Requantization,
    ) -> i16 {
        let (Some(multiplier), Some(shift)) = (scales.0.get(unit), scales.1.get(unit)) else { return 0 };
        self.requantize(sum, multiplier, shift.into()).max(to.least).min(to.greatest) as i16
    }
}

/// 32-bit sums and 31-bit multipliers; what leaves 32 bits wraps, as in the reference.
#[derive(Clone, Copy, Debug)]
pub struct Sum32;

/// 64-bit sums and 15-bit multipliers. Biases are pairs: the lower half first.
#[derive(Clone, Copy, Debug)]
pub struct Sum64;

/// The same where no sum can leave 32 bits.
#[derive(Clone, Copy, Debug)]
pub struct Sum64In32;

impl Accumulator for Sum32 {
    type Sum = i32;
    type Multiplier = i32;

    #[inline(always)]
    fn start(self, bias: Flash<'_, i32>, unit: usize) -> i32 {
        bias.get(unit).unwrap_or(0)
    }

    #[inline(always)]
    fn dot(self, sum: i32, weights: Flash<'_, i8>, input: &[i16]) -> i32 {
        dot_s16(sum, weights, input)
    }

    #[inline(always)]
    fn multiply_add(self, sum: i32, weight: i8, x: i16) -> i32 {
        sum.wrapping_add(i32::from(weight).wrapping_mul(x.into()))
    }

    #[inline(always)]
    fn requantize(self, sum: i32, multiplier: i32, shift: i32) -> i32 {
        requantize(sum, multiplier, shift)
    }
}

impl Accumulator for Sum64In32 {
    type Sum = i32;
    type Multiplier = i16;

    #[inline(always)]
    fn start(self, bias: Flash<'_, i32>, unit: usize) -> i32 {
        Sum32.start(bias, unit)
    }

    #[inline(always)]
    fn dot(self, sum: i32, weights: Flash<'_, i8>, input: &[i16]) -> i32 {
        Sum32.dot(sum, weights, input)
    }

    #[inline(always)]
    fn multiply_add(self, sum: i32, weight: i8, x: i16) -> i32 {
        Sum32.multiply_add(sum, weight, x)
    }

    #[inline(always)]
    fn requantize(self, sum: i32, multiplier: i16, shift: i32) -> i32 {
        requantize_wide(sum.into(), multiplier, shift)
    }
}

impl Accumulator for Sum64 {
    type Sum = i64;
    type Multiplier = i16;

    #[inline(always)]
    fn start(self, bias: Flash<'_, i32>, unit: usize) -> i64 {
        let [low, high] = bias.array(unit.wrapping_add(unit)).unwrap_or([0; 2]);
        i64::from(high) << 32 | i64::from(low.cast_unsigned())
    }

    #[inline(always)]
    fn dot(self, sum: i64, weights: Flash<'_, i8>, input: &[i16]) -> i64 {
        dot_s16_wide(sum, weights, input)
    }

    #[inline(always)]
    fn multiply_add(self, sum: i64, weight: i8, x: i16) -> i64 {
        sum.wrapping_add(i32::from(weight).wrapping_mul(x.into()).into())
    }

    #[inline(always)]
    fn requantize(self, sum: i64, multiplier: i16, shift: i32) -> i32 {
        requantize_wide(sum, multiplier, shift)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_of_wide_biases_belong_together() {
        let pairs = [0, 0, -1, -1, 5, 1, i32::MIN, 0];
        let bias = Flash::from_slice(&pairs);
        assert_eq!([0, 1, 2, 3].map(|unit| Sum64.start(bias, unit)), [0, -1, (1 << 32) + 5, 1 << 31]);
    }

    #[test]
    fn wide_sums_leave_32_bits() {
        let (weights, input) = ([-128i8; 700], [i16::MIN; 700]);
        let weights = Flash::from_slice(&weights);
        assert_eq!(Sum64.dot(7, weights, &input), 7 + 700 * 128 * 32768);
        assert_eq!(Sum64.dot(0, weights, &input[..300]), 300 * 128 * 32768);
        assert_eq!(Sum32.dot(0, weights, &input[..2]), 2 * 128 * 32768);
    }
}
