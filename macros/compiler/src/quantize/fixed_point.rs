//! Functions of fixed-point numbers, to the bit as gemmlowp computes them. Devices never do: they get
//! tables.
//!
//! Q*i* has one sign bit, *i* integer bits and 31 - *i* bits of fraction.

// Arithmetic of values, not of sizes: the bounds of each are those of its formula.
#![allow(clippy::arithmetic_side_effects)]

use crate::inner::rounding_shift;
use crate::kernels::fixed_point::{multiply, one_minus_over_one_plus, one_over_one_plus, shift_left};

/// `exp(a)` in Q0 for `a` from `-2^integer_bits` to 0 in Q`integer_bits`; 1 is the greatest of Q0.
///
/// A Taylor series around -1/8 for what is above the next multiple of -1/4, times a constant for each
/// bit of the rest. `integer_bits` is from 1 to 5.
pub fn exp_on_negative(a: i32, integer_bits: u32) -> i32 {
    /// `exp(-2^k)` in Q0, for `k` from -2.
    const FACTORS: [i32; 7] =
        [1_672_461_947, 1_302_514_674, 790_015_084, 290_630_308, 39_332_535, 720_401, 242];
    if a == 0 {
        return i32::MAX;
    }
    let quarter = 1 << (29 - integer_bits);
    let above = (a & (quarter - 1)) - quarter;
    let rest = above.wrapping_sub(a);
    let bits = (0u32..).zip(FACTORS).take(integer_bits as usize + 2);
    let present = bits.filter(|(bit, _)| rest & (quarter << bit) != 0);
    let series = exp_above_minus_quarter(shift_left(above, integer_bits));
    present.fold(series, |product, (_, factor)| multiply(product, factor))
}

/// `exp(a)` for `a` from -1/4 to 0, all in Q0.
fn exp_above_minus_quarter(a: i32) -> i32 {
    const EXP_MINUS_EIGHTH: i32 = 1_895_147_668;
    const THIRD: i32 = 715_827_883;
    let x = a + (1 << 28);
    let x2 = multiply(x, x);
    let x3 = multiply(x2, x);
    let x4 = multiply(x2, x2);
    let above_second = multiply(rounding_shift(x4, 2) + x3, THIRD);
    let above_first = rounding_shift(above_second + x2, 1);
    EXP_MINUS_EIGHTH + multiply(EXP_MINUS_EIGHTH, x + above_first)
}

/// `1 / (1 + exp(-a))` in Q0 for `a` in Q4.
pub fn logistic(a: i32) -> i32 {
    let positive = one_over_one_plus(exp_on_negative(-a.saturating_abs(), 4));
    match a {
        0 => 1 << 30,
        1.. => positive,
        _ => i32::MAX - positive,
    }
}

/// `tanh(a)` in Q0 for `a` in Q4.
pub fn tanh(a: i32) -> i32 {
    // The integer in Q5 is twice the number that it is in Q4.
    let positive = one_minus_over_one_plus(exp_on_negative(-a.saturating_abs(), 5));
    match a {
        0 => 0,
        1.. => positive,
        _ => -positive,
    }
}

/// The greatest difference of inputs that still fits into `integer_bits` after it was multiplied by a
/// factor with this shift, rounded down.
pub fn input_radius(integer_bits: u32, shift: i32) -> i32 {
    let greatest = f64::from((1u32 << integer_bits) - 1) * f64::from(1u32 << (31 - integer_bits));
    (greatest / 2f64.powi(shift)).floor() as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn real(x: i32, integer_bits: u32) -> f64 {
        f64::from(x) / f64::from(1u32 << (31 - integer_bits))
    }

    #[test]
    fn exponentials_are_near() {
        assert_eq!(exp_on_negative(0, 5), i32::MAX);
        for integer_bits in [4, 5] {
            for a in (1..1 << 16).map(|i| -i << 15).chain([-1, i32::MIN, -(1 << 26), -(1 << 24)]) {
                let error = real(exp_on_negative(a, integer_bits), 0) - real(a, integer_bits).exp();
                assert!(error.abs() < 3e-7, "{a}: {error:e}");
            }
        }
    }

    #[test]
    fn sigmoids_are_near() {
        assert_eq!((logistic(0), tanh(0)), (1 << 30, 0));
        for a in (-(1 << 15)..1 << 15).map(|i| i << 16).chain([1, -1, i32::MAX, i32::MIN]) {
            let x = real(a, 4);
            assert!((real(logistic(a), 0) - 1.0 / (1.0 + (-x).exp())).abs() < 3e-7, "{a}");
            assert!((real(tanh(a), 0) - x.tanh()).abs() < 3e-7, "{a}");
        }
    }

    #[test]
    fn radii_round_down() {
        assert_eq!(input_radius(5, 1), 31 << 25);
        assert_eq!(input_radius(5, 26), 31);
        assert_eq!(input_radius(5, 31), 0);
        assert_eq!(input_radius(4, 30), 1);
        assert_eq!(input_radius(4, 200), 0);
        assert_eq!(input_radius(4, -100), i32::MAX);
    }
}
