//! Arithmetic on 32-bit fixed-point numbers, as gemmlowp defines it: Q*i* has one sign bit, *i*
//! integer bits and 31 - *i* bits of fraction.

/// `a · b`; the integer bits of the factors add up. Rounds half up, and saturates the one product that
/// does not fit.
#[inline(always)]
pub fn multiply(a: i32, b: i32) -> i32 {
    let product = i64::from(a).wrapping_mul(i64::from(b));
    let rounded = product.wrapping_add(1 << 30) >> 31;
    rounded.min(i32::MAX.into()) as i32
}

/// `x · 2^exponent` at the same number of integer bits, saturated; `exponent` is from 1 to 30.
#[inline(always)]
pub fn shift_left(x: i32, exponent: u32) -> i32 {
    let shifted = i64::from(x).wrapping_shl(exponent);
    shifted.clamp(i32::MIN.into(), i32::MAX.into()) as i32
}

/// `2 / (1 + x)` in Q2 for `x` from 0 to 1 in Q0, by three steps of Newton's method from the line
/// `48/17 - 32/17 · d`, where `d` is half the denominator.
#[inline(always)]
pub fn two_over_one_plus(x: i32) -> i32 {
    const ONE: i32 = 1 << 29;
    const START: i32 = 1_515_870_810;
    const SLOPE: i32 = -1_010_580_540;
    // Half of `1 + x`, where the 1 is the greatest number of Q0, rounded half up.
    let half = (x.cast_unsigned().wrapping_add(1 << 31) >> 1).cast_signed();
    let step = |y: i32| {
        let missing = ONE.wrapping_sub(multiply(half, y));
        y.wrapping_add(shift_left(multiply(y, missing), 2))
    };
    step(step(step(START.wrapping_add(multiply(half, SLOPE)))))
}

/// `1 / (1 + x)` in Q0 for `x` from 0 to 1 in Q0.
#[inline(always)]
pub fn one_over_one_plus(x: i32) -> i32 {
    // Half of a number in Q2 is the same integer in Q1.
    shift_left(two_over_one_plus(x), 1)
}

/// `(1 - x) / (1 + x)` in Q0 for `x` from 0 to 1 in Q0.
#[inline(always)]
pub fn one_minus_over_one_plus(x: i32) -> i32 {
    shift_left(two_over_one_plus(x).wrapping_sub(1 << 29), 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_round_half_up_and_saturate() {
        assert_eq!(multiply(1 << 30, 1 << 30), 1 << 29);
        assert_eq!(multiply(1 << 30, 1), 1);
        assert_eq!(multiply(1 << 30, -1), 0);
        assert_eq!(multiply(i32::MIN, i32::MIN), i32::MAX);
    }

    #[test]
    fn shifts_saturate() {
        assert_eq!(shift_left(-5, 2), -20);
        assert_eq!(shift_left(1 << 29, 2), i32::MAX);
        assert_eq!(shift_left(-(1 << 29) - 1, 2), i32::MIN);
    }

    #[test]
    fn quotients_are_near() {
        let scale = f64::from(1u32 << 31);
        for x in [0, 1, 1 << 20, 1 << 29, 1 << 30, i32::MAX - 1, i32::MAX] {
            let real = f64::from(x) / scale;
            let near = |y: i32, expected: f64| (f64::from(y) / scale - expected).abs() < 1e-8;
            assert!(near(one_over_one_plus(x), 1.0 / (1.0 + real)), "{x}");
            assert!(near(one_minus_over_one_plus(x), (1.0 - real) / (1.0 + real)), "{x}");
        }
    }
}
