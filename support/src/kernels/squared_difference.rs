//! The square of the difference of two operands.

use super::broadcast::{Loops, broadcast};
use super::shapes::{Broadcast, Sum};
use super::source::Source;
use core::cell::Cell;

impl<L> Sum<L> {
    /// The output for a pair of elements whose difference is squared.
    #[inline(always)]
    pub fn squared_difference(&self, left: i32, right: i32) -> i32 {
        self.output(plain(self.operand(left, self.left), self.operand(right, self.right)))
    }
}

/// The square of a difference, modulo 2^32.
#[inline(always)]
pub fn plain(left: i32, right: i32) -> i32 {
    let difference = left.wrapping_sub(right);
    difference.wrapping_mul(difference)
}

/// `output = (left - right)²` on real values, saturated.
#[inline]
pub fn squared_difference_s8<L: Loops>(
    p: &Sum<L>,
    left: impl Source<i8>,
    right: impl Source<i8>,
    output: &[Cell<i8>],
) {
    broadcast(&p.shape, left, right, output, |a: i8, b: i8| p.squared_difference(a.into(), b.into()) as i8);
}

/// `output = (left - right)²` on real values, saturated.
#[inline]
pub fn squared_difference_s16<L: Loops>(
    p: &Sum<L>,
    left: impl Source<i16>,
    right: impl Source<i16>,
    output: &[Cell<i16>],
) {
    broadcast(&p.shape, left, right, output, |a: i16, b: i16| {
        p.squared_difference(a.into(), b.into()) as i16
    });
}

/// `output = (left - right)²` on plain integers, modulo 2^32.
#[inline]
pub fn squared_difference_s32<L: Loops>(
    p: &Broadcast<L>,
    left: impl Source<i32>,
    right: impl Source<i32>,
    output: &[Cell<i32>],
) {
    broadcast(p, left, right, output, plain);
}
