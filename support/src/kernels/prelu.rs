//! Negative values are multiplied by a tensor.

use super::broadcast::{Loops, broadcast};
use super::shapes::Broadcast;
use super::source::Source;
use crate::inner::requantize;
use core::cell::Cell;

/// Shapes and scales.
#[derive(Clone, Copy, Debug)]
pub struct Prelu<L> {
    /// Which elements meet.
    pub shape: Broadcast<L>,
    /// Zero point of the input.
    pub input_zero_point: i32,
    /// Zero point of the slopes.
    pub alpha_zero_point: i32,
    /// Significand of the factor of values from zero on.
    pub multiplier: i32,
    /// Its exponent.
    pub shift: i32,
    /// Significand of the factor of negative values times their slopes.
    pub negative_multiplier: i32,
    /// Its exponent.
    pub negative_shift: i32,
    /// Zero point of the output.
    pub zero_point: i32,
}

impl<L> Prelu<L> {
    /// The output for an element and its slope, not yet saturated.
    #[inline(always)]
    fn value(&self, x: i32, alpha: i32) -> i32 {
        let x = x.wrapping_sub(self.input_zero_point);
        let value = match x >= 0 {
            true => requantize(x, self.multiplier, self.shift),
            false => {
                let product = x.wrapping_mul(alpha.wrapping_sub(self.alpha_zero_point));
                requantize(product, self.negative_multiplier, self.negative_shift)
            }
        };
        value.wrapping_add(self.zero_point)
    }
}

/// `output = input if input >= 0 else alpha · input` on real values, saturated.
#[inline]
pub fn prelu_s8<L: Loops>(p: &Prelu<L>, input: impl Source<i8>, alpha: impl Source<i8>, output: &[Cell<i8>]) {
    broadcast(&p.shape, input, alpha, output, |x: i8, a: i8| {
        p.value(x.into(), a.into()).clamp(i8::MIN.into(), i8::MAX.into()) as i8
    });
}

/// The same in 16 bits, with slopes of eight.
#[inline]
pub fn prelu_s16<L: Loops>(
    p: &Prelu<L>,
    input: impl Source<i16>,
    alpha: impl Source<i8>,
    output: &[Cell<i16>],
) {
    broadcast(&p.shape, input, alpha, output, |x: i16, a: i8| {
        p.value(x.into(), a.into()).clamp(i16::MIN.into(), i16::MAX.into()) as i16
    });
}
