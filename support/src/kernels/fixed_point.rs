//! Arithmetic on 32-bit fixed-point numbers, as gemmlowp defines it: Q*i* has one sign bit, *i*
//! integer bits and 31 - *i* bits of fraction.

use crate::inner::{requantize, rounding_shift};

/// `a · b`; the integer bits of the factors add up. Rounds half up, and saturates the one product that
/// does not fit.
#[inline(always)]
pub fn multiply(a: i32, b: i32) -> i32 {
    let product = i64::from(a).wrapping_mul(i64::from(b));
    let rounded = product.wrapping_add(1 << 30) >> 31;
    rounded.min(i32::MAX.into()) as i32
}

/// `a · b` as [`multiply`], if `a` is not negative: by a function that most programs have for other reasons.
#[inline(always)]
fn multiply_by(a: i32, b: i32) -> i32 {
    requantize(b, a, 0)
}

/// `2 · x` at the same number of integer bits, saturated.
#[inline(always)]
fn doubled(x: i32) -> i32 {
    x.saturating_add(x)
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
    const START: i32 = 1_515_870_810;
    const SLOPE: i32 = -1_010_580_540;
    // Half of `1 + x`, where the 1 is the greatest number of Q0, rounded half up.
    let half = (x.cast_unsigned().wrapping_add(1 << 31) >> 1).cast_signed();
    let step = |y| next_reciprocal(half, y);
    step(step(step(START.wrapping_add(multiply_by(half, SLOPE)))))
}

/// The step of Newton's method from `y` toward one over `half`.
#[inline(never)] // three of them in a row would be a large part of a small program
fn next_reciprocal(half: i32, y: i32) -> i32 {
    const ONE: i32 = 1 << 29;
    let missing = ONE.wrapping_sub(multiply_by(half, y));
    y.wrapping_add(doubled(doubled(multiply_by(y, missing))))
}

/// `1 / (1 + x)` in Q0 for `x` from 0 to 1 in Q0.
#[inline(always)]
pub fn one_over_one_plus(x: i32) -> i32 {
    // Half of a number in Q2 is the same integer in Q1.
    doubled(two_over_one_plus(x))
}

/// `(1 - x) / (1 + x)` in Q0 for `x` from 0 to 1 in Q0.
#[inline(always)]
pub fn one_minus_over_one_plus(x: i32) -> i32 {
    shift_left(two_over_one_plus(x).wrapping_sub(1 << 29), 2)
}

/// `1 / √x` for a whole number `x`, as a number in Q0 and how far that is to be shifted right. For zero
/// the same as for one.
///
/// Five steps of Newton's method from 1, on `x` scaled to between 1/4 and 1; the result in Q3.
#[inline(always)]
pub fn one_over_root(x: i32) -> (i32, i32) {
    const HALF_ROOT_OF_TWO: i32 = 1_518_500_250;
    if x <= 1 {
        return (i32::MAX, 0);
    }
    let mut x = x;
    let mut right = 11i32;
    while x >= 1 << 29 {
        x >>= 2;
        right = right.wrapping_add(1);
    }
    // To between 2^27 and 2^29, by an even number of bits.
    let pairs = ((x.leading_zeros().wrapping_sub(1)) >> 1).wrapping_sub(1);
    right = right.wrapping_sub(pairs.cast_signed());
    let scaled = x.wrapping_shl(pairs << 1) >> 1;
    let half = rounding_shift(scaled, 1);
    let mut y = 1i32 << 28;
    for _ in 0..5u8 {
        y = next_root(half, y);
    }
    let root = multiply(y, HALF_ROOT_OF_TWO);
    match right {
        ..0 => (root.wrapping_shl(right.unsigned_abs()), 0),
        _ => (root, right),
    }
}

/// The step of Newton's method from `y` toward one over the root of twice `half`, both in Q3.
#[inline(never)] // five of them in a row would be a large part of a small program
fn next_root(half: i32, y: i32) -> i32 {
    const HALF_THREE: i32 = (1 << 28) + (1 << 27);
    let cube = shift_left(multiply(multiply(y, y), y), 6);
    shift_left(multiply(HALF_THREE, y).wrapping_sub(multiply(half, cube)), 3)
}

/// The natural logarithm of a number from 1 on in Q12, in Q5.
///
/// Of the number, brought to between 1/2 and 1, a rational function around the fourth root of 1/2; its
/// power of two times the logarithm of two. The number is brought there in two ways, of which the one that
/// is off the root by less counts.
///
/// Long, and needed once for a row: what calls it keeps its registers.
#[inline(never)]
pub fn log_of_q12(x: i32) -> i32 {
    const LOG_2: i32 = 1_488_522_236;
    const FOURTH_ROOT_OF_HALF: i32 = 1_805_811_301;
    const ROOT_OF_HALF: i32 = 1_518_500_250;
    const NUMERATOR: i32 = 117_049_297;
    const DENOMINATOR: [i32; 3] = [1_057_819_769, 127_690_142, 638_450_708];
    /// A quarter, in Q6 as all powers of two.
    const QUARTER: i32 = 1 << 23;
    let power = |zeros: u32| 12i32.wrapping_sub(zeros.cast_signed()).wrapping_mul(1 << 25);
    let zeros = x.leading_zeros();
    let left = multiply(shift_left(x, zeros.wrapping_sub(1)), ROOT_OF_HALF);
    let first = (shift_left(left, 1), power(zeros).wrapping_add(QUARTER));
    let zeros = multiply(x, ROOT_OF_HALF).leading_zeros().wrapping_sub(1);
    let second = (shift_left(x, zeros), power(zeros).wrapping_sub(QUARTER));
    let (r, power) = (first.0.min(second.0), first.1.max(second.1));
    let [i, d, f] = DENOMINATOR;
    let p = (i64::from(r).wrapping_add(FOURTH_ROOT_OF_HALF.into()).wrapping_add(1) >> 1) as i32;
    let q = r.wrapping_sub(FOURTH_ROOT_OF_HALF);
    let q = q.wrapping_add(q);
    let square = multiply(q, q);
    let numerator = multiply(q, r).wrapping_add(multiply(multiply(q, square), NUMERATOR));
    let sum = i.wrapping_add(q).wrapping_add(multiply(d, square));
    let above_one = multiply(p, sum).wrapping_add(multiply(f, q));
    let fraction = multiply(rounding_shift(numerator, 6), one_over_one_plus(above_one));
    shift_left(multiply(power, LOG_2).wrapping_add(fraction), 1)
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
        for b in [i32::MIN, -(1 << 30), -1, 0, 1, 1 << 30, i32::MAX] {
            assert!([0, 1, 1 << 30, i32::MAX].iter().all(|&a| multiply_by(a, b) == multiply(a, b)), "{b}");
        }
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

    #[test]
    fn roots_are_near() {
        for x in [1, 2, 3, 4, 5, 100, 255, 65_025, 1 << 20, 1 << 27, 1 << 29, (1 << 30) + 7, i32::MAX] {
            let (root, right) = one_over_root(x);
            let found = f64::from(root) / f64::from(1u32 << 31) / f64::from(right).exp2();
            assert!((found * f64::from(x).sqrt() - 1.0).abs() < 1e-5, "{x}: {found}");
        }
        assert_eq!(one_over_root(0), (i32::MAX, 0));
    }

    #[test]
    fn logarithms_are_near() {
        for x in [1 << 19, (1 << 19) + 1, 3 << 18, 1 << 20, 12_345_678, 1 << 27, 1 << 30, i32::MAX] {
            let found = f64::from(log_of_q12(x)) / f64::from(1u32 << 26);
            let exact = (f64::from(x) / f64::from(1u32 << 19)).ln();
            assert!((found - exact).abs() < 1e-5, "{x}: {found} instead of {exact}");
        }
    }
}
