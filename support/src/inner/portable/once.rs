//! Outputs that are rounded once.

/// A sum as an output of eight bits: the upper half of its product with a multiplier that is not negative. The sum has half
/// a step of the output and its zero point in it.
#[inline(always)]
pub fn once(sum: i32, multiplier: i32) -> i8 {
    let product = i64::from(sum).wrapping_mul(multiplier.into());
    ((product >> 32) as i32).clamp(i8::MIN.into(), i8::MAX.into()) as i8
}
