//! The sum of several operands of one shape and scale.

use super::shapes::Scaling;
use super::source::Source;
use crate::inner::requantize;
use core::cell::Cell;

/// Scales of the sum.
#[derive(Clone, Copy, Debug)]
pub struct AddN {
    /// From the operands' scale to that of sums, twice as much with 20 bits of headroom.
    pub operand: Scaling,
    /// From there to the output's.
    pub output: Scaling,
}

impl AddN {
    /// An element on the scale of sums.
    #[inline(always)]
    fn addend(&self, x: i32) -> i32 {
        let shifted = x.wrapping_sub(self.operand.zero_point).wrapping_shl(20);
        requantize(shifted, self.operand.multiplier, self.operand.shift)
    }

    /// A sum as an element of the output.
    #[inline(always)]
    fn output(&self, sum: i32) -> i8 {
        let value = requantize(sum, self.output.multiplier, self.output.shift);
        value.wrapping_add(self.output.zero_point).clamp(i8::MIN.into(), i8::MAX.into()) as i8
    }
}

macro_rules! kernels {
    ($($name:ident: $($operand:ident)*;)*) => {$(
        /// `output[i] = Σ operands[i]` on real values, saturated.
        ///
        /// As in the reference, a sum starts from the integer 0, which is not zero where the zero point is
        /// another.
        #[inline]
        #[allow(clippy::too_many_arguments)] // one for each operand
        pub fn $name(p: &AddN, $($operand: impl Source<i8>,)* output: &[Cell<i8>]) {
            $(let mut $operand = $operand.elements();)*
            for y in output {
                let mut sum = p.addend(0);
                $(sum = sum.wrapping_add($operand.next().map_or(0, |x| p.addend(x.into())));)*
                y.set(p.output(sum));
            }
        }
    )*};
}

kernels! {
    add_2_s8: a b;
    add_3_s8: a b c;
    add_4_s8: a b c d;
    add_5_s8: a b c d e;
    add_6_s8: a b c d e f;
    add_7_s8: a b c d e f g;
    add_8_s8: a b c d e f g h;
}
