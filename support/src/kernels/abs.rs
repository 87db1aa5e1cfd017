//! Magnitudes.

use crate::inner::requantize;
use core::cell::Cell;

/// The factor from the scale of the input to that of the output.
#[derive(Clone, Copy, Debug)]
pub struct Abs {
    /// The factor's significand.
    pub multiplier: i32,
    /// The factor's exponent.
    pub shift: i32,
}

impl Abs {
    /// The magnitude of a difference from zero, not yet saturated.
    #[inline(always)]
    pub fn value(&self, x: i32) -> i32 {
        requantize(x.wrapping_abs(), self.multiplier, self.shift)
    }
}

/// `output[i] = |input[i]|` on real values, saturated.
#[cfg_attr(not(debug_assertions), inline)]
pub fn abs_s16(p: &Abs, input: &[Cell<i16>], output: &[Cell<i16>]) {
    for (x, y) in input.iter().zip(output) {
        y.set(p.value(x.get().into()).clamp(i16::MIN.into(), i16::MAX.into()) as i16);
    }
}
