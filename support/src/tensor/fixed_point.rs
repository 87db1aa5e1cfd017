//! Conversions from and to the types of the crate `fixed`, without floating point.

use super::{Integer, Tensor};
use fixed::traits::Fixed;
use fixed::types::I64F64;

/// ```
/// use tiny_model::Tensor;
/// use fixed::types::I3F5;
///
/// const OUTPUT: Tensor<i8> = Tensor::new("scores", &[1, 12], 1.0 / 256.0, -128);
/// assert_eq!(OUTPUT.to_fixed::<I3F5>(0), I3F5::from_num(0.5));
/// assert_eq!(OUTPUT.from_fixed(I3F5::from_num(0.25)), -64);
/// ```
impl<T: Integer> Tensor<T> {
    /// The integer nearest to a fixed-point number, halves away from zero, saturating. No
    /// floating-point operation is involved.
    #[allow(clippy::wrong_self_convention)] // it is the tensor that converts
    pub fn from_fixed<F: Fixed>(&self, real: F) -> T {
        let real: I64F64 = real.saturating_to_fixed();
        let (significand, exponent) = decompose(self.scale);
        // real / scale = bits · 2^-64 / (significand · 2^exponent)
        let quotient = divide(real.to_bits(), significand, exponent.saturating_add(64));
        T::saturate(quotient.saturating_add(self.zero_point.into()))
    }

    /// The fixed-point number nearest to an integer's real value, halves up, saturating. No
    /// floating-point operation is involved.
    #[allow(clippy::wrong_self_convention)]
    pub fn to_fixed<F: Fixed>(&self, integer: T) -> F {
        let steps: i64 = integer.into();
        let (significand, exponent) = decompose(self.scale);
        let product = i128::from(steps - i64::from(self.zero_point)) * i128::from(significand.get());
        let real = shift(product, exponent.saturating_add(64));
        // The conversion rounds down, so half of the result's last bit is added first.
        let below = 63i32.saturating_sub(F::FRAC_NBITS.cast_signed());
        let half = u32::try_from(below).ok().and_then(|bit| 1i128.checked_shl(bit)).unwrap_or(0);
        F::saturating_from_fixed(real.saturating_add(I64F64::from_bits(half)))
    }
}

/// A positive number as `significand · 2^exponent`.
const fn decompose(scale: f32) -> (core::num::NonZeroU32, i32) {
    let bits = scale.to_bits();
    let (fraction, exponent) = (bits & 0x7f_ffff, (bits >> 23 & 0xff) as i32);
    let (significand, exponent) = match exponent {
        0 => (fraction, -149),
        _ => (fraction | 0x80_0000, exponent - 150),
    };
    match core::num::NonZeroU32::new(significand) {
        Some(significand) => (significand, exponent),
        None => (core::num::NonZeroU32::MIN, exponent),
    }
}

/// `value / (significand · 2^exponent)` to the nearest integer, halves away from zero.
fn divide(value: i128, significand: core::num::NonZeroU32, exponent: i32) -> i64 {
    let divisor = core::num::NonZeroU128::from(significand);
    let magnitude = value.unsigned_abs();
    // One bit more than the result needs, which decides the rounding: halves are exact in it.
    let quotient = match exponent {
        1.. => magnitude.checked_shr(exponent.cast_unsigned() - 1).unwrap_or(0) / divisor,
        _ => {
            let above = (1 - exponent).cast_unsigned();
            match above < magnitude.leading_zeros() {
                true => (magnitude << above) / divisor,
                false if magnitude == 0 => 0,
                false => u128::MAX,
            }
        }
    };
    let rounded = quotient.saturating_add(1) >> 1;
    let rounded = i64::try_from(rounded).unwrap_or(i64::MAX);
    if value < 0 { -rounded } else { rounded }
}

/// The number `value · 2^(bits - 64)`, rounded down where bits are lost.
fn shift(value: i128, bits: i32) -> I64F64 {
    let amount = bits.unsigned_abs();
    let shifted = match bits {
        ..0 => value.checked_shr(amount).unwrap_or(value >> 127),
        _ => match value == 0 || amount < value.unsigned_abs().leading_zeros() {
            true => value.checked_shl(amount).unwrap_or(0),
            false if value < 0 => i128::MIN,
            false => i128::MAX,
        },
    };
    I64F64::from_bits(shifted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use fixed::types::{I1F7, I3F5, I8F8, I16F16, U0F8};

    const SCORES: Tensor<i8> = Tensor::new("scores", &[1, 12], 1.0 / 256.0, -128);
    const COARSE: Tensor<i8> = Tensor::new("coarse", &[4], 3.0, 5);
    const TINY: Tensor<i16> = Tensor::new("tiny", &[4], 1e-30, 0);

    #[test]
    fn halves_round_away_from_zero() {
        assert_eq!(COARSE.from_fixed(I8F8::from_num(1.5)), 6);
        assert_eq!(COARSE.from_fixed(I8F8::from_num(-1.5)), 4);
        assert_eq!(COARSE.from_fixed(I8F8::from_num(1.49)), 5);
    }

    #[test]
    fn what_does_not_fit_saturates() {
        assert_eq!(SCORES.from_fixed(I16F16::MAX), 127);
        assert_eq!(TINY.from_fixed(I16F16::DELTA), i16::MAX);
        assert_eq!(TINY.from_fixed(I16F16::ZERO), 0);
        assert_eq!(COARSE.to_fixed::<I1F7>(127), I1F7::MAX);
        assert_eq!(COARSE.to_fixed::<I1F7>(-128), I1F7::MIN);
    }

    #[test]
    fn fixed_point_agrees_with_floating_point() {
        let scales = [1.0, 0.1, 1.0 / 256.0, 0.023_529_412, 7.5e-3, 2.0, 123.456];
        for (scale, zero_point) in scales.into_iter().zip([0, -128, 127, 3, -7, 1, 0]) {
            let tensor: Tensor<i8> = Tensor::new("x", &[1], scale, zero_point);
            for raw in i16::MIN..=i16::MAX {
                let real = I8F8::from_bits(raw);
                // Exact in f64: 16 bits by 24 bits; a tie can only be where f64 shows one.
                let exact = f64::from(real) / f64::from(scale);
                let rounded = (exact + 0.5_f64.copysign(exact)) as i64;
                let expected = (rounded + i64::from(zero_point)).clamp(-128, 127) as i8;
                assert_eq!(tensor.from_fixed(real), expected, "{real} at scale {scale}");
            }
            for integer in i8::MIN..=i8::MAX {
                let exact = f64::from(scale) * f64::from(i32::from(integer) - zero_point);
                let nearest = I16F16::saturating_from_num((exact * 65536.0 + 0.5).floor() / 65536.0);
                assert_eq!(tensor.to_fixed::<I16F16>(integer), nearest, "{integer} at scale {scale}");
            }
        }
    }

    #[test]
    fn round_trips() {
        for integer in i8::MIN..=i8::MAX {
            assert_eq!(SCORES.from_fixed(SCORES.to_fixed::<U0F8>(integer)), integer);
            assert_eq!(COARSE.from_fixed(COARSE.to_fixed::<I16F16>(integer)), integer);
        }
        assert_eq!(SCORES.to_fixed::<I3F5>(0), 0.5);
    }
}
