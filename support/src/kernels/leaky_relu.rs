//! Negative values are multiplied by a constant.

use crate::inner::requantize;
use core::cell::Cell;

/// The factors from the scale of the input to that of the output, on both sides of zero.
#[derive(Clone, Copy, Debug)]
pub struct LeakyRelu {
    /// Zero point of the input.
    pub input_zero_point: i32,
    /// Significand of the factor of values from zero on.
    pub multiplier: i32,
    /// Its exponent.
    pub shift: i32,
    /// Significand of the magnitude of the factor of negative values.
    pub negative_multiplier: i32,
    /// Its exponent.
    pub negative_shift: i32,
    /// Whether negative values change their sign.
    pub inverted: bool,
    /// Zero point of the output.
    pub zero_point: i32,
}

impl LeakyRelu {
    /// The output for an element, not yet saturated.
    #[inline(always)]
    pub fn value(&self, x: i32) -> i32 {
        let x = x.wrapping_sub(self.input_zero_point);
        if x >= 0 {
            return self.zero_point.wrapping_add(requantize(x, self.multiplier, self.shift));
        }
        let value = requantize(x, self.negative_multiplier, self.negative_shift);
        match self.inverted {
            true => self.zero_point.wrapping_sub(value),
            false => self.zero_point.wrapping_add(value),
        }
    }
}

/// `output[i] = x if x >= 0 else alpha · x` on real values, saturated.
#[cfg_attr(not(debug_assertions), inline)]
pub fn leaky_relu_s16(p: &LeakyRelu, input: &[Cell<i16>], output: &[Cell<i16>]) {
    for (x, y) in input.iter().zip(output) {
        y.set(p.value(x.get().into()).clamp(i16::MIN.into(), i16::MAX.into()) as i16);
    }
}
