//! The sum of two operands.

use super::broadcast::{Loops, broadcast};
use super::shapes::{Broadcast, Scaling, Sum};
use super::source::Source;
use super::vectors;
use crate::inner::{VECTORS, requantize};
use core::cell::Cell;

impl<L> Sum<L> {
    /// The output for a pair of elements.
    #[inline(always)]
    pub fn add(&self, left: i32, right: i32) -> i32 {
        self.output(self.operand(left, self.left).wrapping_add(self.operand(right, self.right)))
    }

    /// An element of an operand on the common scale.
    #[inline(always)]
    pub(super) fn operand(&self, x: i32, scaling: Scaling) -> i32 {
        let shifted = x.wrapping_sub(scaling.zero_point).wrapping_shl(self.headroom);
        requantize(shifted, scaling.multiplier, scaling.shift)
    }

    /// A result on the common scale as an element of the output.
    #[inline(always)]
    pub(super) fn output(&self, result: i32) -> i32 {
        let Scaling { zero_point, multiplier, shift } = self.output;
        let value = requantize(result, multiplier, shift).wrapping_add(zero_point);
        value.max(self.least).min(self.greatest)
    }
}

/// `output = left + right` on real values, clamped.
#[inline]
pub fn add_s8<L: Loops>(p: &Sum<L>, left: impl Source<i8>, right: impl Source<i8>, output: &[Cell<i8>]) {
    if VECTORS
        && let (true, Some(left), Some(right)) = (p.shape.is_one_run(output), left.cells(), right.cells())
    {
        return vectors::add(p, left, right, output);
    }
    broadcast(&p.shape, left, right, output, |a, b| p.add(a.into(), b.into()) as i8);
}

/// `output = left + right` on real values, clamped.
#[inline]
pub fn add_s16<L: Loops>(p: &Sum<L>, left: impl Source<i16>, right: impl Source<i16>, output: &[Cell<i16>]) {
    broadcast(&p.shape, left, right, output, |a, b| p.add(a.into(), b.into()) as i16);
}

/// `output = left + right` on plain integers, modulo 2^32.
#[inline]
pub fn add_s32<L: Loops>(
    p: &Broadcast<L>,
    left: impl Source<i32>,
    right: impl Source<i32>,
    output: &[Cell<i32>],
) {
    broadcast(p, left, right, output, i32::wrapping_add);
}
