//! Negative values become zero.

use crate::inner::requantize;
use core::cell::Cell;

/// The factor from the scale of the input to that of the output.
#[derive(Clone, Copy, Debug)]
pub struct Relu {
    /// The factor's significand.
    pub multiplier: i32,
    /// The factor's exponent.
    pub shift: i32,
}

/// `output[i] = max(0, requantize(input[i]))`, saturated.
#[cfg_attr(not(debug_assertions), inline)]
pub fn relu_s16(p: &Relu, input: &[Cell<i16>], output: &[Cell<i16>]) {
    for (x, y) in input.iter().zip(output) {
        let value = requantize(x.get().into(), p.multiplier, p.shift);
        y.set(value.clamp(0, i16::MAX.into()) as i16);
    }
}
