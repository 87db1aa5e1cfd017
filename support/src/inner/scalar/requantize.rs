//! Requantization of sums of which enough is known.

/// As [`crate::inner::portable::requantize_down`].
///
/// The upper half of the doubled product is rounded by the upper bit of its lower half. Taking one away from negative
/// numbers turns half up into half away from zero. What is shifted has the zero point in it already.
#[inline(always)]
pub fn requantize_down(doubled: i32, multiplier: i32, exponent: i32, offset: i32) -> i32 {
    let product = i64::from(doubled).wrapping_mul(multiplier.into());
    let high = ((product >> 32) as i32).wrapping_add((product as u32 >> 31).cast_signed());
    high.wrapping_add(high >> 31).wrapping_add(offset).wrapping_shr(exponent.cast_unsigned())
}
