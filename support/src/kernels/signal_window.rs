//! A window over a frame of sound, which fades its ends.

use super::rows::rows;
use super::source::Source;
use core::cell::Cell;

/// Shape and scale.
#[derive(Clone, Copy, Debug)]
pub struct SignalWindow {
    /// Samples of a frame, and weights.
    pub frame: usize,
    /// Fractional bits of the weights.
    pub shift: u32,
}

/// `output[i] = clamp((input[i] · weights[i]) >> shift)` in every frame.
#[inline]
pub fn signal_window_s16(
    p: &SignalWindow,
    input: &[Cell<i16>],
    weights: impl Source<i16>,
    output: &[Cell<i16>],
) {
    for (input, output) in rows(input, p.frame).zip(rows(output, p.frame)) {
        for ((x, y), weight) in input.iter().zip(output).zip(weights.elements()) {
            let product = i32::from(x.get()).wrapping_mul(weight.into()).wrapping_shr(p.shift);
            y.set(product.max(i16::MIN.into()).min(i16::MAX.into()) as i16);
        }
    }
}
