//! Requantization of sums of which enough is known.

use crate::inner::high;

/// As [`crate::inner::portable::requantize_down`].
///
/// The doubled sum fits into 32 bits, so that the upper half of the doubled product is that of one multiplication. Taking one
/// away from negative numbers turns half up into half away from zero.
#[inline(always)]
pub fn requantize_down(x: i32, multiplier: i32, exponent: i32, half: i32) -> i32 {
    let high = high(x.wrapping_shl(1), multiplier);
    high.wrapping_add(high >> 31).wrapping_add(half).wrapping_shr(exponent.cast_unsigned())
}
