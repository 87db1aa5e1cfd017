//! Requantization against arithmetic that cannot overflow.

use proptest::prelude::*;
use tiny_model::inner::{requantize, rounding_shift};

/// What `MultiplyByQuantizedMultiplier` of TensorFlow Lite Micro computes, step by step in 128 bits.
fn specification(x: i32, multiplier: i32, shift: i32) -> i32 {
    let left = i128::from(x) << shift.max(0);
    let left = left as i32; // the reference multiplies in 32 bits
    let product = i128::from(left) * i128::from(multiplier);
    let nudge = if product >= 0 { 1 << 30 } else { 1 - (1 << 30) };
    let high = (product + nudge) / (1i128 << 31); // division that rounds toward zero
    nearest(high, (-shift).max(0)) as i32
}

/// `x / 2^exponent`, half away from zero.
fn nearest(x: i128, exponent: i32) -> i128 {
    let magnitude = (2 * x.abs() + (1i128 << exponent)) >> (exponent + 1);
    x.signum() * magnitude
}

fn accumulators() -> impl Strategy<Value = i32> {
    let extremes = prop::sample::select(vec![
        i32::MIN,
        i32::MIN + 1,
        -(1 << 30),
        -1,
        0,
        1,
        1 << 30,
        i32::MAX - 1,
        i32::MAX,
    ]);
    let powers = (0..31u32, -2..=2i32, any::<bool>()).prop_map(|(bit, near, negative)| {
        let x = (1i32 << bit).wrapping_add(near);
        if negative { x.wrapping_neg() } else { x }
    });
    prop_oneof![any::<i32>(), extremes, powers, -100_000..100_000i32]
}

fn multipliers() -> impl Strategy<Value = i32> {
    prop_oneof![(1 << 30)..=i32::MAX, Just(0), Just(1 << 30), Just(i32::MAX)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200_000))]

    #[test]
    fn requantize_is_the_references(x in accumulators(), multiplier in multipliers(), shift in -31..=30i32) {
        prop_assert_eq!(requantize(x, multiplier, shift), specification(x, multiplier, shift));
    }

    #[test]
    fn rounding_shift_is_to_the_nearest(x in accumulators(), exponent in 0..=31i32) {
        prop_assert_eq!(i128::from(rounding_shift(x, exponent)), nearest(x.into(), exponent));
    }
}

#[test]
fn ties_of_every_exponent() {
    for exponent in 1..=31 {
        for odd in [-5i64, -3, -1, 1, 3, 5] {
            let Ok(x) = i32::try_from(odd << (exponent - 1)) else { continue };
            assert_eq!(
                i128::from(rounding_shift(x, exponent)),
                nearest(x.into(), exponent),
                "{x} >> {exponent}"
            );
        }
    }
}
