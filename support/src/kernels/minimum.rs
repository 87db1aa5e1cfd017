//! The smaller of two operands. They share scale and zero point, so that integers compare as the real
//! values do.

use super::broadcast::{Loops, broadcast};
use super::shapes::Broadcast;
use super::source::Source;
use core::cell::Cell;

/// `output = min(left, right)`.
#[inline]
pub fn minimum_s8<L: Loops>(
    p: &Broadcast<L>,
    left: impl Source<i8>,
    right: impl Source<i8>,
    output: &[Cell<i8>],
) {
    broadcast(p, left, right, output, i8::min);
}

/// `output = min(left, right)`.
#[inline]
pub fn minimum_s16<L: Loops>(
    p: &Broadcast<L>,
    left: impl Source<i16>,
    right: impl Source<i16>,
    output: &[Cell<i16>],
) {
    broadcast(p, left, right, output, i16::min);
}

/// `output = min(left, right)`.
#[inline]
pub fn minimum_s32<L: Loops>(
    p: &Broadcast<L>,
    left: impl Source<i32>,
    right: impl Source<i32>,
    output: &[Cell<i32>],
) {
    broadcast(p, left, right, output, i32::min);
}
