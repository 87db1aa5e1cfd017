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

/// The greatest of neighbours, each in a register of its own: as bytes of a word they would have to be taken out of it for
/// every comparison.
#[derive(Clone, Copy, Debug)]
pub struct Greatest([isize; 4]);

impl Greatest {
    /// Nothing yet: `least` where nothing is greater.
    #[inline(always)]
    pub fn of<T: Into<isize>>(least: T) -> Self {
        Self([least.into(); 4])
    }

    /// With four more.
    #[inline(always)]
    pub fn and<T: Into<isize> + Copy>(self, others: &[T; 4]) -> Self {
        let (Self([a, b, c, d]), [p, q, r, s]) = (self, *others);
        Self([a.max(p.into()), b.max(q.into()), c.max(r.into()), d.max(s.into())])
    }

    /// What they are now.
    #[inline(always)]
    pub fn values(self) -> [isize; 4] {
        self.0
    }
}

/// As [`Greatest`], of bytes.
#[derive(Clone, Copy, Debug)]
pub struct GreatestBytes(Greatest);

impl GreatestBytes {
    /// Whether four share a register, which leaves room for four more.
    pub const FOUR_IN_A_REGISTER: bool = false;

    /// Nothing yet: `least` where nothing is greater.
    #[inline(always)]
    pub fn of(least: i8) -> Self {
        Self(Greatest::of(least))
    }

    /// With four more.
    #[inline(always)]
    pub fn and(self, others: &[i8; 4]) -> Self {
        Self(self.0.and(others))
    }

    /// What they are now.
    #[inline(always)]
    pub fn values(self) -> [i8; 4] {
        self.0.values().map(|value| value as i8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_lane_counts() {
        let weights: [i8; 4] = core::array::from_fn(|lane| lane as i8 + 1);
        assert_eq!(multiply_add([1; 4], &weights, &[-2; 4]), weights.map(|w| 1 - 2 * i32::from(w)));
        assert_eq!(
            Greatest::of(-2i16).and(&[-300i16, 300, -3, 4]).and(&[1i16, 8, -2, 3]).values(),
            [1, 300, -2, 4]
        );
        assert_eq!(
            GreatestBytes::of(-4).and(&[0, 127, -3, -128]).and(&[1, -128, -2, -5]).values(),
            [1, 127, -2, -4]
        );
    }
}
