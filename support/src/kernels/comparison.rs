//! Questions about two operands, whose answers are truth values.

use super::broadcast::{Loops, broadcast};
use super::shapes::{Broadcast, Scaling};
use super::source::Source;
use crate::inner::requantize;
use core::cell::Cell;

/// Shapes and scales of operands.
#[derive(Clone, Copy, Debug)]
pub struct Comparison<L> {
    /// Which elements meet.
    pub shape: Broadcast<L>,
    /// From the left operand's integers to real values, in steps of `2^-8`.
    pub left: Scaling,
    /// The same for the right operand.
    pub right: Scaling,
}

impl Scaling {
    /// The real value of an element, in steps of `2^-8`.
    #[inline(always)]
    fn real(&self, x: i32) -> i32 {
        requantize(x.wrapping_sub(self.zero_point).wrapping_shl(8), self.multiplier, self.shift)
    }
}

macro_rules! kernels {
    ($($scaled:ident $plain:ident: $symbol:tt;)*) => {$(
        #[doc = concat!("`output = left ", stringify!($symbol), " right` on real values, in steps of `2^-8`.")]
        #[inline]
        pub fn $scaled<L: Loops>(
            p: &Comparison<L>,
            left: impl Source<i8>,
            right: impl Source<i8>,
            output: &[Cell<u8>],
        ) {
            let question = |a: i8, b: i8| p.left.real(a.into()) $symbol p.right.real(b.into());
            broadcast(&p.shape, left, right, output, |a, b| question(a, b).into());
        }

        #[doc = concat!("`output = left ", stringify!($symbol), " right` on plain integers.")]
        #[inline]
        pub fn $plain<L: Loops>(
            p: &Broadcast<L>,
            left: impl Source<i32>,
            right: impl Source<i32>,
            output: &[Cell<u8>],
        ) {
            broadcast(p, left, right, output, |a: i32, b: i32| (a $symbol b).into());
        }
    )*};
}

kernels! {
    equal_s8 equal_s32: ==;
    not_equal_s8 not_equal_s32: !=;
    less_s8 less_s32: <;
    less_equal_s8 less_equal_s32: <=;
}

/// `output = left == right` on truth values.
#[inline]
pub fn equal_u8<L: Loops>(
    p: &Broadcast<L>,
    left: impl Source<u8>,
    right: impl Source<u8>,
    output: &[Cell<u8>],
) {
    broadcast(p, left, right, output, |a: u8, b: u8| (a == b).into());
}

/// `output = left != right` on truth values.
#[inline]
pub fn not_equal_u8<L: Loops>(
    p: &Broadcast<L>,
    left: impl Source<u8>,
    right: impl Source<u8>,
    output: &[Cell<u8>],
) {
    broadcast(p, left, right, output, |a: u8, b: u8| (a != b).into());
}
