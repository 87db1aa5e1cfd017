//! The product of two operands.

use super::broadcast::{Loops, broadcast};
use super::shapes::Broadcast;
use super::source::Source;
use crate::inner::requantize;
use core::cell::Cell;

/// Shapes and scales of a product.
#[derive(Clone, Copy, Debug)]
pub struct Product<L> {
    /// Which elements meet.
    pub shape: Broadcast<L>,
    /// Zero point of the left operand.
    pub left_zero_point: i32,
    /// Zero point of the right operand.
    pub right_zero_point: i32,
    /// Significand of `left scale · right scale / output scale`, in Q31.
    pub multiplier: i32,
    /// Its exponent.
    pub shift: i32,
    /// Zero point of the output.
    pub zero_point: i32,
    /// Least output, after the fused activation.
    pub least: i32,
    /// Greatest output, after the fused activation.
    pub greatest: i32,
}

impl<L> Product<L> {
    /// The output for a pair of elements.
    #[inline(always)]
    pub fn mul(&self, left: i32, right: i32) -> i32 {
        let (a, b) = (left.wrapping_sub(self.left_zero_point), right.wrapping_sub(self.right_zero_point));
        let value = requantize(a.wrapping_mul(b), self.multiplier, self.shift);
        value.wrapping_add(self.zero_point).max(self.least).min(self.greatest)
    }
}

/// `output = left · right` on real values, clamped.
#[inline]
pub fn mul_s8<L: Loops>(p: &Product<L>, left: impl Source<i8>, right: impl Source<i8>, output: &[Cell<i8>]) {
    broadcast(&p.shape, left, right, output, |a, b| p.mul(a.into(), b.into()) as i8);
}

/// `output = left · right` on real values, clamped.
#[inline]
pub fn mul_s16<L: Loops>(
    p: &Product<L>,
    left: impl Source<i16>,
    right: impl Source<i16>,
    output: &[Cell<i16>],
) {
    broadcast(&p.shape, left, right, output, |a, b| p.mul(a.into(), b.into()) as i16);
}

/// `output = left · right` on plain integers, modulo 2^32.
#[inline]
pub fn mul_s32<L: Loops>(
    p: &Broadcast<L>,
    left: impl Source<i32>,
    right: impl Source<i32>,
    output: &[Cell<i32>],
) {
    broadcast(p, left, right, output, i32::wrapping_mul);
}
