//! The one loop behind all operators on two operands.

use super::shapes::{Broadcast, Loop};
use super::source::Source;
use crate::inner::product;
use crate::kernels::rows::rows;
use core::cell::Cell;

/// The loops of a [`Broadcast`], and a copy of them that counts down.
pub trait Loops: Clone + AsRef<[Loop]> + AsMut<[Loop]> {}

impl<const N: usize> Loops for [Loop; N] {}

impl<L> Broadcast<L> {
    /// Whether every element of the output has one of its own in both operands.
    #[inline(always)]
    pub(super) fn is_one_run<Y>(&self, output: &[Y]) -> bool {
        self.run == output.len() && !self.repeat_left && !self.repeat_right
    }
}

/// `output[i] = f(left[i], right[i])`, with each operand repeated where it has one element only.
///
/// Works in place: an operand of the output's size may lie in the output's memory.
#[inline]
pub fn broadcast<A: Copy, B: Copy, Y, L: Loops>(
    p: &Broadcast<L>,
    left: impl Source<A>,
    right: impl Source<B>,
    output: &[Cell<Y>],
    f: impl Fn(A, B) -> Y,
) {
    let mut turns = p.outer.clone();
    let (mut left_at, mut right_at) = (0usize, 0usize);
    for output in rows(output, p.run) {
        run(p, left, left_at, right, right_at, output, &f);
        for (turn, whole) in turns.as_mut().iter_mut().zip(p.outer.as_ref()) {
            left_at = left_at.wrapping_add(whole.left);
            right_at = right_at.wrapping_add(whole.right);
            turn.count = turn.count.wrapping_sub(1);
            if turn.count != 0 {
                break;
            }
            // This loop is through: back to its start, and on with the next one outwards.
            turn.count = whole.count;
            left_at = left_at.wrapping_sub(product(whole.left, whole.count));
            right_at = right_at.wrapping_sub(product(whole.right, whole.count));
        }
    }
}

/// One run of the output.
#[inline(always)]
fn run<A: Copy, B: Copy, Y, L>(
    p: &Broadcast<L>,
    left: impl Source<A>,
    left_at: usize,
    right: impl Source<B>,
    right_at: usize,
    output: &[Cell<Y>],
    f: impl Fn(A, B) -> Y,
) {
    if p.repeat_left {
        let Some(a) = left.get(left_at) else { return };
        let right = right.range(right_at, p.run).elements();
        output.iter().zip(right).for_each(|(y, b)| y.set(f(a, b)));
    } else if p.repeat_right {
        let Some(b) = right.get(right_at) else { return };
        let left = left.range(left_at, p.run).elements();
        output.iter().zip(left).for_each(|(y, a)| y.set(f(a, b)));
    } else {
        let left = left.range(left_at, p.run).elements();
        let right = right.range(right_at, p.run).elements();
        output.iter().zip(left.zip(right)).for_each(|(y, (a, b))| y.set(f(a, b)));
    }
}
