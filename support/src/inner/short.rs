//! Requantization for processors whose multiplier gives the lower 32 bits of a product and no more, as that of
//! Cortex-M0: 64 bits in software take four times as long.

use super::portable;

/// Sums below this, in both directions, leave room for twelve bits of a multiplier.
const BOUND: i32 = 1 << 18;

/// As [`portable::requantize`].
///
/// The multiplier is taken in pieces of 12, 12 and 7 bits, the lowest first. What is dropped after each of them is
/// dropped from the whole product, since it only rounds down: `floor(floor(a / 2^m) / 2^n)` is `floor(a / 2^(m + n))`.
/// Numbers are small then, so that the second rounding is one sum and one shift: the sign takes one away from negative
/// numbers, which turns half up into half away from zero.
#[inline(never)] // one copy serves a program
pub fn requantize(x: i32, multiplier: i32, shift: i32) -> i32 {
    let is_short = x.wrapping_add(BOUND).cast_unsigned() < BOUND.cast_unsigned() << 1;
    if !is_short || shift >= 0 {
        return portable::requantize(x, multiplier, shift);
    }
    let [low, middle, high] = [multiplier & 0xfff, multiplier >> 12 & 0xfff, multiplier >> 24];
    let sum = x.wrapping_mul(low) >> 12;
    let sum = x.wrapping_mul(middle).wrapping_add(sum) >> 12;
    let sum = x.wrapping_mul(high).wrapping_add(sum);
    let rounded = sum.wrapping_add(1 << 6) >> 7;
    let exponent = shift.wrapping_neg().cast_unsigned();
    let half = 1i32.wrapping_shl(exponent.wrapping_sub(1));
    rounded.wrapping_add(rounded >> 31).wrapping_add(half).wrapping_shr(exponent)
}

/// As [`portable::requantize_down`].
#[inline(always)]
#[allow(dead_code)] // by tests
pub fn requantize_down(doubled: i32, multiplier: i32, exponent: i32, offset: i32) -> i32 {
    let zero_point = offset.wrapping_shr(exponent.cast_unsigned());
    requantize(doubled >> 1, multiplier, exponent.wrapping_neg()).wrapping_add(zero_point)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_products_are_exact() {
        let multipliers =
            [0, 1 << 30, i32::MAX, 0x4000_0001, 0x5555_5555, 0x6b8b_4567, 0x7fff_f000, 0x4000_0fff];
        let ends = [-BOUND - 1, -BOUND, -BOUND + 1, BOUND - 1, BOUND, BOUND + 1, i32::MIN, i32::MAX];
        for multiplier in multipliers {
            for shift in -31..=8 {
                for x in (-BOUND..BOUND).step_by(61).chain(-300..300).chain(ends) {
                    let expected = portable::requantize(x, multiplier, shift);
                    assert_eq!(requantize(x, multiplier, shift), expected, "{x} {multiplier} {shift}");
                }
            }
        }
    }
}
