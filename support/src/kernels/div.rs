//! The quotient of two operands.

use super::broadcast::{Loops, broadcast};
use super::fixed_point::one_over_one_plus;
use super::shapes::Broadcast;
use super::source::Source;
use crate::inner::{requantize, rounding_shift};
use core::cell::Cell;
use core::num::NonZero;

/// Shapes and scales of a quotient.
#[derive(Clone, Copy, Debug)]
pub struct Quotient<L> {
    /// Which elements meet.
    pub shape: Broadcast<L>,
    /// Zero point of the left operand.
    pub left_zero_point: i32,
    /// Zero point of the right operand.
    pub right_zero_point: i32,
    /// Significand of `left scale / (right scale · output scale)`, in Q31.
    pub multiplier: i32,
    /// Its exponent, up to 23.
    pub shift: i32,
    /// Zero point of the output.
    pub zero_point: i32,
    /// Least output, after the fused activation.
    pub least: i32,
    /// Greatest output, after the fused activation.
    pub greatest: i32,
}

impl<L> Quotient<L> {
    /// The output for a pair of elements, by the reciprocal of the right one.
    ///
    /// What the reference leaves undefined is defined here: a quotient of zero is the output's limit, and
    /// one that is shifted right by more than 31 bits is zero.
    #[inline(always)]
    pub fn div(&self, left: i32, right: i32) -> i32 {
        let (mut a, mut b) =
            (left.wrapping_sub(self.left_zero_point), right.wrapping_sub(self.right_zero_point));
        if b < 0 {
            (a, b) = (a.wrapping_neg(), b.wrapping_neg());
        }
        if b == 0 {
            return if a < 0 { self.least } else { self.greatest };
        }
        // The reciprocal of a divisor between 1 and 2.
        let zeros = b.leading_zeros();
        let above_one = b.cast_unsigned().wrapping_shl(zeros).wrapping_sub(1 << 31).cast_signed();
        let reciprocal = one_over_one_plus(above_one);
        let headroom = (a ^ (a >> 31)).leading_zeros().wrapping_sub(1).cast_signed();
        let quotient = requantize(a, reciprocal, headroom);
        let right = headroom.wrapping_add(31).wrapping_sub(zeros.cast_signed()).wrapping_sub(self.shift);
        let value = match right {
            ..=31 => rounding_shift(requantize(quotient, self.multiplier, 0), right),
            _ => 0,
        };
        value.wrapping_add(self.zero_point).max(self.least).min(self.greatest)
    }
}

/// `left / right` rounded toward zero; 0 where `right` is, which the reference leaves undefined.
#[inline(always)]
pub fn plain(left: i32, right: i32) -> i32 {
    let Some(divisor) = NonZero::new(right.unsigned_abs()) else { return 0 };
    let magnitude = (left.unsigned_abs() / divisor).cast_signed();
    if (left < 0) == (right < 0) { magnitude } else { magnitude.wrapping_neg() }
}

/// `output = left / right` on real values, clamped.
#[inline]
pub fn div_s8<L: Loops>(p: &Quotient<L>, left: impl Source<i8>, right: impl Source<i8>, output: &[Cell<i8>]) {
    broadcast(&p.shape, left, right, output, |a: i8, b: i8| p.div(a.into(), b.into()) as i8);
}

/// `output = left / right` on plain integers, rounded toward zero.
#[inline]
pub fn div_s32<L: Loops>(
    p: &Broadcast<L>,
    left: impl Source<i32>,
    right: impl Source<i32>,
    output: &[Cell<i32>],
) {
    broadcast(p, left, right, output, plain);
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn quotients_are_rounded_toward_zero() {
        let quotients = [(7, 2), (-7, 2), (7, -2), (-7, -2), (5, 0), (i32::MIN, -1), (i32::MIN, 1)];
        assert_eq!(quotients.map(|(a, b)| plain(a, b)), [3, -3, -3, 3, 0, i32::MIN, i32::MIN]);
    }
}
