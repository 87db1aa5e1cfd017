//! The sum of two operands of one shape.

use super::requantization::Requantization;
use crate::inner::{high, high_add, unknown};
use core::cell::Cell;

/// How an element comes to the common scale: `round(round(2^21 · (x - zero point) · multiplier) / 2^shift)`, with the
/// multiplier as a fraction of 2^32.
#[derive(Clone, Copy, Debug)]
pub struct Operand {
    /// 2^21 times the zero point.
    pub zero: i32,
    /// The multiplier.
    pub multiplier: i32,
    /// Bits to the right, from 0 to 30.
    pub shift: u32,
}

/// Scales and range of a sum.
#[derive(Clone, Copy, Debug)]
pub struct SumOfTwo {
    /// Scale of the left operand.
    pub left: Operand,
    /// Scale of the right operand.
    pub right: Operand,
    /// From the common scale to the output's: a multiplier, and `2^(32 - shift)` for a shift from 2 to 31.
    pub multiplier: i32,
    /// That power of two.
    pub divisor: i32,
    /// Range of the output.
    pub output: Requantization,
}

/// As [`add_s8`](super::add::add_s8), for operands of the output's shape.
#[cfg_attr(not(debug_assertions), inline)]
pub fn add_same_shape_s8(p: &SumOfTwo, left: &[Cell<i8>], right: &[Cell<i8>], output: &[Cell<i8>]) {
    unknown(p).all(left, right, output);
}

impl Operand {
    #[inline(always)]
    fn scaled(&self, x: i8) -> i32 {
        let product = high((i32::from(x) << 21).wrapping_sub(self.zero), self.multiplier);
        // Halves away from zero; without a shift there are none.
        let is_shifted = if self.shift == 0 { 0 } else { -1 };
        let half = 1i32.wrapping_shl(self.shift) >> 1;
        product.wrapping_add(product >> 31 & is_shifted).wrapping_add(half).wrapping_shr(self.shift)
    }
}

impl SumOfTwo {
    #[inline(never)] // one copy for all layers
    fn all(&self, left: &[Cell<i8>], right: &[Cell<i8>], output: &[Cell<i8>]) {
        let Self { left: to_left, right: to_right, multiplier, divisor, output: to } = *self;
        for ((y, a), b) in output.iter().zip(left).zip(right) {
            let sum = to_left.scaled(a.get()).wrapping_add(to_right.scaled(b.get()));
            let product = high(sum << 1, multiplier);
            let value = high_add(product.wrapping_add(product >> 31), divisor, to.zero_point);
            let value = value.max(to.least).min(to.greatest);
            y.set(value as i8);
        }
    }
}
