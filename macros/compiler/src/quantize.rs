//! The arithmetic of quantization that happens while compiling.

// Arithmetic of values, not of sizes: the bounds of each are those of its formula.
#![allow(clippy::arithmetic_side_effects)]
// A diagnostic ends the compilation, so that its size does not matter.
#![allow(clippy::result_large_err)]

pub(crate) mod calibrate;
pub(crate) mod choose;
pub(crate) mod equalize;
pub(crate) mod fit;
pub mod fixed_point;
pub mod float;
pub(crate) mod lattice;
pub(crate) mod logits;
pub(crate) mod losses;
pub(crate) mod measure;
pub(crate) mod model;
pub(crate) mod observe;
pub(crate) mod ports;
pub(crate) mod raise;
pub(crate) mod rewrite;
pub(crate) mod roles;
pub mod samples;
pub(crate) mod scales;
pub(crate) mod scheme;
pub mod settings;
pub(crate) mod task;
pub(crate) mod trial;

use crate::diagnostics::Problem;

/// Why a float model needs samples.
pub(crate) const WHY_CALIBRATE: &str = "floats are quantized while compiling, for which it must be known how far \
    values go, and only samples of what the model will see can tell";
/// What to do about a float model.
pub(crate) const CALIBRATE: &str = "add samples, as in `pub struct Name = \"model.tflite\"; calibrate = \
    \"samples.npy\";`; without any, `calibrate = uniform(-1.0..=1.0);` goes on with made-up ones";

/// A model that needs no calibration has one.
pub(crate) fn needless() -> Problem {
    Problem::new(
        "an integer model with settings for a float model",
        "its scales and zero points are in the file",
        "leave out `calibrate`, or name the float model that it was converted from",
    )
}

/// A positive real factor as `multiplier · 2^(shift - 31)`, with the multiplier in [2^30, 2^31).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Multiplier {
    /// The significand in Q31; zero only for factors that are too small to matter.
    pub multiplier: i32,
    /// The exponent: positive shifts left.
    pub shift: i32,
}

impl Multiplier {
    /// Rounds a factor to 31 bits, half away from zero, as TensorFlow Lite's `QuantizeMultiplier`.
    /// `None` if the factor is negative, not finite, or above 2^30, where products leave 32 bits.
    pub fn new(factor: f64) -> Option<Self> {
        if factor == 0.0 {
            return Some(Self { multiplier: 0, shift: 0 });
        }
        if !(factor.is_finite() && factor > 0.0) {
            return None;
        }
        let (fraction, mut shift) = frexp(factor);
        let mut significand = (fraction * (1i64 << 31) as f64).round() as i64;
        if significand == 1 << 31 {
            significand /= 2;
            shift += 1;
        }
        if shift < -31 {
            return Some(Self { multiplier: 0, shift: 0 });
        }
        Some(Self { multiplier: i32::try_from(significand).ok()?, shift }).filter(|_| shift <= 30)
    }
}

/// Splits a positive finite number into a fraction in [0.5, 1) and a power of two.
pub fn frexp(x: f64) -> (f64, i32) {
    const SUBNORMAL: f64 = f64::MIN_POSITIVE;
    if x < SUBNORMAL {
        let (fraction, exponent) = frexp(x * (1u64 << 54) as f64);
        return (fraction, exponent - 54);
    }
    let bits = x.to_bits();
    let exponent = ((bits >> 52) & 0x7ff) as i32 - 1022;
    (f64::from_bits(bits & !(0x7ff << 52) | (1022 << 52)), exponent)
}

/// The range that a fused activation leaves, in the integers of its output.
///
/// As TensorFlow Lite's `CalculateActivationRangeQuantized`: the bounds are rounded half away from
/// zero in `f32`.
pub fn activation_range(
    low: Option<f32>,
    high: Option<f32>,
    scale: f32,
    zero_point: i32,
    range: (i32, i32),
) -> (i32, i32) {
    let quantize = |real: f32| zero_point.saturating_add((real / scale).round() as i32);
    let (least, greatest) = range;
    (
        low.map_or(least, |real| quantize(real).max(least)),
        high.map_or(greatest, |real| quantize(real).min(greatest)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factors_split_into_significand_and_shift() {
        assert_eq!(Multiplier::new(1.0), Some(Multiplier { multiplier: 1 << 30, shift: 1 }));
        assert_eq!(Multiplier::new(0.5), Some(Multiplier { multiplier: 1 << 30, shift: 0 }));
        assert_eq!(Multiplier::new(0.75), Some(Multiplier { multiplier: 3 << 29, shift: 0 }));
        assert_eq!(Multiplier::new(1e-12), Some(Multiplier { multiplier: 0, shift: 0 }));
        assert_eq!(Multiplier::new(1.0 - f64::EPSILON), Multiplier::new(1.0));
        assert_eq!(Multiplier::new(f64::NAN), None);
        assert_eq!(Multiplier::new(1e10), None);
    }
}
