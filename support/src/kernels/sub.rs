//! The difference of two operands.

use super::broadcast::{Loops, broadcast};
use super::shapes::{Broadcast, Sum};
use super::source::Source;
use core::cell::Cell;

impl<L> Sum<L> {
    /// The output for a pair of elements that are subtracted.
    #[inline(always)]
    pub fn sub(&self, left: i32, right: i32) -> i32 {
        self.output(self.operand(left, self.left).wrapping_sub(self.operand(right, self.right)))
    }
}

/// `output = left - right` on real values, clamped.
#[inline]
pub fn sub_s8<L: Loops>(p: &Sum<L>, left: impl Source<i8>, right: impl Source<i8>, output: &[Cell<i8>]) {
    broadcast(&p.shape, left, right, output, |a, b| p.sub(a.into(), b.into()) as i8);
}

/// `output = left - right` on real values, clamped.
#[inline]
pub fn sub_s16<L: Loops>(p: &Sum<L>, left: impl Source<i16>, right: impl Source<i16>, output: &[Cell<i16>]) {
    broadcast(&p.shape, left, right, output, |a, b| p.sub(a.into(), b.into()) as i16);
}

/// `output = left - right` on plain integers, modulo 2^32.
#[inline]
pub fn sub_s32<L: Loops>(
    p: &Broadcast<L>,
    left: impl Source<i32>,
    right: impl Source<i32>,
    output: &[Cell<i32>],
) {
    broadcast(p, left, right, output, i32::wrapping_sub);
}
