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

/// Magnitudes of sums below this leave room for twelve bits of a multiplier and for what is added.
const NARROW_BOUND: u32 = 1 << 19;

/// As [`portable::narrow_s8`], with the multiplier in two pieces of 12 bits, of which the first drops what the edge has
/// nothing of.
#[inline(always)]
pub fn narrow_s8(x: i32, scale: i32, edge: i8, bits: u32, range: [i32; 3]) -> i8 {
    let sign = x >> 31;
    let magnitude = (x ^ sign).wrapping_sub(sign).cast_unsigned();
    if magnitude >= NARROW_BOUND {
        return narrow_long_s8(x, scale, edge, bits, range);
    }
    let scale = scale.cast_unsigned();
    let [low, high] = [scale & 0xfff, scale << 8 >> 20];
    let edge = scale >> 24 << 4 | u32::from(edge.cast_unsigned()) >> 4;
    let sum = magnitude.wrapping_mul(low) >> 12;
    let sum = magnitude.wrapping_mul(high).wrapping_add(sum).wrapping_add(edge);
    let half = 1u32.wrapping_shl(bits.wrapping_sub(13));
    let value = sum.wrapping_add(half).wrapping_shr(bits.wrapping_sub(12)).cast_signed();
    let [zero_point, least, greatest] = range;
    (value ^ sign).wrapping_sub(sign).wrapping_add(zero_point).max(least).min(greatest) as i8
}

#[inline(never)] // it is rare
fn narrow_long_s8(x: i32, scale: i32, edge: i8, bits: u32, range: [i32; 3]) -> i8 {
    portable::narrow_s8(x, scale, edge, bits, range)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn narrow_products_are_exact() {
        let scales = [0, 1, 0x80ff_ffff, 0x4080_0001, 0x2012_3fff, 0x00ff_f000, 0x8080_0fff, 0xffff_ffff];
        let bound = NARROW_BOUND.cast_signed();
        for (scale, edge) in scales.map(u32::cast_signed).into_iter().zip([0, 16, -16, 32].iter().cycle()) {
            for bits in 25..=39 {
                for x in
                    (-bound - 5..bound + 5).step_by(61).chain(-300..300).chain([bound - 1, bound, -bound])
                {
                    for range in [[-128, -128, 127], [3, -128, 127], [127, 0, 127]] {
                        let expected = portable::narrow_s8(x, scale, *edge, bits, range);
                        assert_eq!(narrow_s8(x, scale, *edge, bits, range), expected);
                    }
                }
            }
        }
    }

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
