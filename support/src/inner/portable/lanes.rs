//! Sums of neighbouring units, which stay in registers side by side.

use crate::inner::flash::Flash;
use crate::inner::product_s8;

/// Taps next to each other, for units next to each other.
#[derive(Clone, Copy, Debug)]
pub struct LaneTaps<'a> {
    /// Weights, one tap after the other.
    pub weights: Flash<'a, i8>,
    /// The first tap's first weight.
    pub at: usize,
    /// From one tap's weights to the next one's.
    pub units: usize,
    /// The image, from the first channel of the first tap.
    pub image: &'a [i8],
    /// From one tap of the image to the next.
    pub step: usize,
    /// How many taps.
    pub count: usize,
}

/// `sums + weights · input`, for up to four lanes.
///
/// The lanes are spelled out: optimization for size unrolls no loop, and an array with a running index lives in memory.
#[inline(always)]
pub fn multiply_add<const N: usize>(mut sums: [i32; N], weights: &[i8; N], input: &[i8; N]) -> [i32; N] {
    multiply_add_lane(&mut sums, weights, input, 0);
    multiply_add_lane(&mut sums, weights, input, 1);
    multiply_add_lane(&mut sums, weights, input, 2);
    multiply_add_lane(&mut sums, weights, input, 3);
    sums
}

#[inline(always)]
fn multiply_add_lane<const N: usize>(sums: &mut [i32; N], weights: &[i8; N], input: &[i8; N], lane: usize) {
    if let (Some(sum), Some(&w), Some(&x)) = (sums.get_mut(lane), weights.get(lane), input.get(lane)) {
        *sum = sum.wrapping_add(product_s8(w, x));
    }
}

/// `sums + Σ weights · input` over taps, as far as both reach: each unit sees a channel of its own, or all see the first
/// one if that is `SHARED`.
#[inline(always)]
pub fn multiply_add_taps<const N: usize, const SHARED: bool>(
    mut sums: [i32; N],
    taps: LaneTaps<'_>,
) -> [i32; N] {
    let LaneTaps { weights, mut at, units, mut image, step, count } = taps;
    for _ in 0..count {
        let input = match SHARED {
            true => image.first().map(|&x| [x; N]),
            false => image.first_chunk().copied(),
        };
        if let (Some(weights), Some(input)) = (weights.array(at), input) {
            sums = multiply_add(sums, &weights, &input);
        }
        at = at.wrapping_add(units);
        image = image.get(step..).unwrap_or(&[]);
    }
    sums
}

/// The greater of both, for up to four lanes.
#[inline(always)]
pub fn greater<T: Ord + Copy, const N: usize>(mut a: [T; N], b: &[T; N]) -> [T; N] {
    greater_lane(&mut a, b, 0);
    greater_lane(&mut a, b, 1);
    greater_lane(&mut a, b, 2);
    greater_lane(&mut a, b, 3);
    a
}

#[inline(always)]
fn greater_lane<T: Ord + Copy, const N: usize>(a: &mut [T; N], b: &[T; N], lane: usize) {
    if let (Some(a), Some(&b)) = (a.get_mut(lane), b.get(lane)) {
        *a = b.max(*a);
    }
}

/// As [`greater`].
#[inline(always)]
pub fn greater_s8(a: [i8; 4], b: &[i8; 4]) -> [i8; 4] {
    greater(a, b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_lane_counts() {
        let weights: [i8; 4] = core::array::from_fn(|lane| lane as i8 + 1);
        assert_eq!(multiply_add([1; 4], &weights, &[-2; 4]), weights.map(|w| 1 - 2 * i32::from(w)));
        assert_eq!(greater([0, 9, -3, 4], &[1, 8, -2, 3]), [1, 9, -2, 4]);
        assert_eq!(greater_s8([0, 127, -3, -128], &[1, -128, -2, 3]), [1, 127, -2, 3]);
    }
}
