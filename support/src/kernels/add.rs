//! The sum of two operands.

use super::broadcast::{Loops, broadcast};
use super::shapes::Broadcast;
use super::source::Source;
use crate::inner::requantize;
use core::cell::Cell;

/// Shapes and scales of a sum or difference.
///
/// Both operands are shifted left by `headroom` bits and brought to one scale, twice the greater of
/// theirs; the result is brought from there to the output's scale.
#[derive(Clone, Copy, Debug)]
pub struct Sum<L> {
    /// Which elements meet.
    pub shape: Broadcast<L>,
    /// Bits by which operands are shifted left, which the output's multiplier takes back.
    pub headroom: u32,
    /// From the left operand's scale to the common one.
    pub left: Scaling,
    /// From the right operand's scale to the common one.
    pub right: Scaling,
    /// From the common scale to the output's.
    pub output: Scaling,
    /// Least output, after the fused activation.
    pub least: i32,
    /// Greatest output, after the fused activation.
    pub greatest: i32,
}

/// A change of scale.
#[derive(Clone, Copy, Debug)]
pub struct Scaling {
    /// Zero point on the side of the tensor.
    pub zero_point: i32,
    /// Significand of the factor, in Q31.
    pub multiplier: i32,
    /// Exponent of the factor.
    pub shift: i32,
}

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
