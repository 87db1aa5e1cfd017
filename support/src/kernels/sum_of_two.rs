//! The sum of two operands of one shape.
//!
//! The scale that both are brought to is twice the greater of theirs, so that one of them, or both, are but shifted.

use super::requantization::Requantization;
use crate::inner::{high, high_add, unknown};
use core::cell::Cell;

/// How an element of the finer operand comes to the common scale: `round(round(2^21 · (x - zero point) · multiplier) /
/// 2^shift)`, with the multiplier as a fraction of 2^32.
#[derive(Clone, Copy, Debug)]
pub struct Finer {
    /// 2^21 times the zero point.
    pub zero: i32,
    /// The multiplier.
    pub multiplier: i32,
    /// Bits to the right, from 1 to 30.
    pub shift: u32,
}

/// Scales and range of a sum.
#[derive(Clone, Copy, Debug)]
pub struct SumOfTwo {
    /// Whether the finer operand is the left one.
    pub is_left_finer: bool,
    /// That operand, if it is finer at all.
    pub finer: Option<Finer>,
    /// 2^19 times the zero point of the other operand; of both, added up, if none is finer.
    pub zero: i32,
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

impl SumOfTwo {
    #[inline(never)] // one copy for all layers
    fn all(&self, left: &[Cell<i8>], right: &[Cell<i8>], output: &[Cell<i8>]) {
        let (other, finer) = if self.is_left_finer { (right, left) } else { (left, right) };
        match self.finer {
            None => self.each(other, finer, output, |x| i32::from(x) << 19),
            Some(Finer { zero, multiplier, shift }) => {
                let half = 1i32.wrapping_shl(shift) >> 1;
                self.each(other, finer, output, |x| {
                    let product = high((i32::from(x) << 21).wrapping_sub(zero), multiplier);
                    // Halves away from zero.
                    product.wrapping_add(product >> 31).wrapping_add(half).wrapping_shr(shift)
                });
            }
        }
        let Requantization { least, greatest, .. } = self.output;
        if (least, greatest) != (i8::MIN.into(), i8::MAX.into()) {
            let (least, greatest) = (least as i8, greatest as i8);
            output.iter().for_each(|y| y.set(y.get().max(least).min(greatest)));
        }
    }

    #[inline(always)]
    fn each(&self, other: &[Cell<i8>], finer: &[Cell<i8>], output: &[Cell<i8>], scaled: impl Fn(i8) -> i32) {
        let Self { zero, multiplier, divisor, output: Requantization { zero_point, .. }, .. } = *self;
        for ((y, a), b) in output.iter().zip(other).zip(finer) {
            let sum = scaled(b.get()).wrapping_sub(zero).wrapping_add(i32::from(a.get()) << 19);
            let product = high(sum << 1, multiplier);
            let value = high_add(product.wrapping_add(product >> 31), divisor, zero_point);
            y.set(value.clamp(i8::MIN.into(), i8::MAX.into()) as i8);
        }
    }
}
