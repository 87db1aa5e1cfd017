//! Operators on truth values.

use super::broadcast::{Loops, broadcast};
use super::shapes::Broadcast;
use super::source::Source;
use core::cell::Cell;

/// Nothing to know.
#[derive(Clone, Copy, Debug)]
pub struct Not;

/// `output = left and right`.
#[inline]
pub fn logical_and_u8<L: Loops>(
    p: &Broadcast<L>,
    left: impl Source<u8>,
    right: impl Source<u8>,
    output: &[Cell<u8>],
) {
    broadcast(p, left, right, output, |a: u8, b: u8| (a != 0 && b != 0).into());
}

/// `output = left or right`.
#[inline]
pub fn logical_or_u8<L: Loops>(
    p: &Broadcast<L>,
    left: impl Source<u8>,
    right: impl Source<u8>,
    output: &[Cell<u8>],
) {
    broadcast(p, left, right, output, |a: u8, b: u8| (a != 0 || b != 0).into());
}

/// `output[i] = not input[i]`.
#[cfg_attr(not(debug_assertions), inline)]
pub fn logical_not_u8(_: &Not, input: &[Cell<u8>], output: &[Cell<u8>]) {
    input.iter().zip(output).for_each(|(x, y)| y.set((x.get() == 0).into()));
}
