//! Sums of two operands element by element.

use super::{offset_and_clamp_s8, requantize};
use core::cell::Cell;

/// A factor `multiplier · 2^(shift - 31)`, and a zero point on the side of a tensor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)] // loops in assembly read it
pub struct Factor {
    /// The zero point.
    pub zero_point: i32,
    /// Not negative.
    pub multiplier: i32,
    /// From -31 to 30.
    pub shift: i32,
}

/// How two operands come to one scale, and their sum to the output's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)] // loops in assembly read it
pub struct SumScales {
    /// Of the left operand.
    pub left: Factor,
    /// Of the right operand.
    pub right: Factor,
    /// Of the output.
    pub output: Factor,
    /// Bits by which operands are shifted to the left first.
    pub headroom: u32,
    /// Least output.
    pub least: i32,
    /// Greatest output.
    pub greatest: i32,
}

/// The sums, as far as all reach. The output may be an operand's memory.
#[inline]
pub fn sums_s8(p: &SumScales, left: &[Cell<i8>], right: &[Cell<i8>], output: &[Cell<i8>]) {
    let operand = |x: &Cell<i8>, factor: Factor| {
        let shifted = i32::from(x.get()).wrapping_sub(factor.zero_point).wrapping_shl(p.headroom);
        requantize(shifted, factor.multiplier, factor.shift)
    };
    for ((y, a), b) in output.iter().zip(left).zip(right) {
        let sum = operand(a, p.left).wrapping_add(operand(b, p.right));
        let value = requantize(sum, p.output.multiplier, p.output.shift);
        y.set(offset_and_clamp_s8(value, p.output.zero_point, p.least, p.greatest));
    }
}
