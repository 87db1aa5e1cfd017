//! Sums of neighbouring channels, which stay in registers side by side.
//!
//! The lanes are spelled out: optimization for size unrolls no loop, and an array with a running index
//! lives in memory.

use super::accumulator::Accumulator;
pub use crate::inner::multiply_add;

/// Channels that are summed up together: as many sums fit into registers on every processor.
pub const LANES: usize = 4;

/// `sums + weights · input` of `int16`, for up to [`LANES`] lanes.
#[inline(always)]
pub fn multiply_add_s16<A: Accumulator, const N: usize>(
    to: A,
    mut sums: [A::Sum; N],
    weights: &[i8; N],
    input: &[i16; N],
) -> [A::Sum; N] {
    multiply_add_lane_s16(to, &mut sums, weights, input, 0);
    multiply_add_lane_s16(to, &mut sums, weights, input, 1);
    multiply_add_lane_s16(to, &mut sums, weights, input, 2);
    multiply_add_lane_s16(to, &mut sums, weights, input, 3);
    sums
}

#[inline(always)]
fn multiply_add_lane_s16<A: Accumulator, const N: usize>(
    to: A,
    sums: &mut [A::Sum; N],
    weights: &[i8; N],
    input: &[i16; N],
    lane: usize,
) {
    if let (Some(sum), Some(&w), Some(&x)) = (sums.get_mut(lane), weights.get(lane), input.get(lane)) {
        *sum = to.multiply_add(*sum, w, x);
    }
}

/// `sums + input`, for up to [`LANES`] lanes.
#[inline(always)]
pub fn add<T: Copy + Into<i32>, const N: usize>(mut sums: [i32; N], input: &[T; N]) -> [i32; N] {
    add_lane(&mut sums, input, 0);
    add_lane(&mut sums, input, 1);
    add_lane(&mut sums, input, 2);
    add_lane(&mut sums, input, 3);
    sums
}

#[inline(always)]
fn add_lane<T: Copy + Into<i32>, const N: usize>(sums: &mut [i32; N], input: &[T; N], lane: usize) {
    if let (Some(sum), Some(&x)) = (sums.get_mut(lane), input.get(lane)) {
        *sum = sum.wrapping_add(x.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_lane_counts() {
        let weights: [i8; LANES] = core::array::from_fn(|lane| lane as i8 + 1);
        assert_eq!(add([1; LANES], &weights), weights.map(|w| 1 + i32::from(w)));
    }
}
