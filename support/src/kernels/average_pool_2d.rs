//! Every output is the mean of a window over one channel of an image.

use super::lanes::{LANES, add};
use super::planes::Planes;
use super::reach::Reach;
use super::window::{Taps, Window};
use crate::inner::flash::Element;
use crate::inner::product;
use core::num::NonZero;

/// Shape and range of a pool of means.
#[derive(Clone, Copy, Debug)]
pub struct AveragePool2d {
    /// How the window moves.
    pub window: Window,
    /// Least output, after the fused activation.
    pub least: i32,
    /// Greatest output, after the fused activation.
    pub greatest: i32,
}

/// The same where every window lies on the image and has [`MOST_INSIDE`] elements at most, so that no mean needs a
/// division: where processors have none, it is a large routine.
#[derive(Clone, Copy, Debug)]
pub struct AveragePool2dInside {
    /// The pool.
    pub pool: AveragePool2d,
    /// Elements of a window.
    pub count: u32,
    /// [`reciprocal`] of that.
    pub reciprocal: u32,
}

/// Elements of a window whose [`reciprocal`] gives the exact quotient of each sum of theirs.
pub const MOST_INSIDE: u32 = 256;

/// Bits of the fraction of a reciprocal.
const FRACTION: u32 = 24;

/// `2^24 / count`, rounded up.
///
/// That is too great by less than 1, and with it a quotient of `x` by less than `x / 2^24`, which does not tell where it is
/// below `1 / count`: dividends are below `256 · count`.
pub const fn reciprocal(count: u32) -> u32 {
    (1u32 << FRACTION).div_ceil(if count == 0 { 1 } else { count })
}

impl AveragePool2dInside {
    /// How far an output of so many elements may be laid over the input.
    pub const fn reach(&self, output_len: usize) -> Reach {
        self.pool.reach(output_len)
    }
}

impl AveragePool2d {
    /// How far an output of so many elements may be laid over the input.
    pub const fn reach(&self, output_len: usize) -> Reach {
        self.window.reach(output_len)
    }
}

/// `output[y, x, c] = clamp(mean(input[y · stride + row, x · stride + column, c]))`; the padding does
/// not count, and halves are rounded away from zero.
#[cfg_attr(not(debug_assertions), inline)]
pub fn average_pool_2d_s8(p: &AveragePool2d, planes: Planes<'_, i8>) {
    average_pool_2d(p, planes, seen, divide, |mean| mean as i8);
}

/// The same with halves rounded up, as the mean of unsigned numbers is: -128 stands for 0.
#[cfg_attr(not(debug_assertions), inline)]
pub fn average_pool_2d_half_up_s8(p: &AveragePool2d, planes: Planes<'_, i8>) {
    average_pool_2d(p, planes, seen, divide_half_up, |mean| mean as i8);
}

/// As [`average_pool_2d_s8`].
#[cfg_attr(not(debug_assertions), inline)]
pub fn average_pool_2d_inside_s8(p: &AveragePool2dInside, planes: Planes<'_, i8>) {
    average_pool_2d(&p.pool, planes, |_, _| Some(()), |sum, ()| p.divide(sum), |mean| mean as i8);
}

/// As [`average_pool_2d_half_up_s8`].
#[cfg_attr(not(debug_assertions), inline)]
pub fn average_pool_2d_inside_half_up_s8(p: &AveragePool2dInside, planes: Planes<'_, i8>) {
    average_pool_2d(&p.pool, planes, |_, _| Some(()), |sum, ()| p.divide_half_up(sum), |mean| mean as i8);
}

/// The same in 16 bits, with halves rounded away from zero.
#[cfg_attr(not(debug_assertions), inline)]
pub fn average_pool_2d_s16(p: &AveragePool2d, planes: Planes<'_, i16>) {
    average_pool_2d(p, planes, seen, divide, |mean| mean as i16);
}

#[inline(always)]
fn average_pool_2d<T: Element + Into<i32>, N: Copy>(
    p: &AveragePool2d,
    planes: Planes<'_, T>,
    count: impl Fn(Taps, Taps) -> Option<N>,
    divide: impl Fn(i32, N) -> i32,
    narrow: impl Fn(i32) -> T,
) {
    p.window.each_pixel(planes, |image, rows, columns, output| {
        let Some(count) = count(rows, columns) else { return };
        let mean = |sum| narrow(divide(sum, count).max(p.least).min(p.greatest));
        let (blocks, rest) = output.as_chunks_mut::<LANES>();
        let mut channel = 0usize;
        for block in blocks {
            let sums: [i32; LANES] = sums(p, image.get(channel..).unwrap_or(&[]), rows, columns);
            block.iter_mut().zip(&sums).for_each(|(y, &sum)| *y = mean(sum));
            channel = channel.wrapping_add(LANES);
        }
        for single in rest.as_chunks_mut::<1>().0 {
            let [sum] = sums(p, image.get(channel..).unwrap_or(&[]), rows, columns);
            *single = [mean(sum)];
            channel = channel.wrapping_add(1);
        }
    });
}

/// Elements of the image under a window, which always sees some: it begins in it, or in padding narrower than itself.
#[inline(always)]
fn seen(rows: Taps, columns: Taps) -> Option<NonZero<u32>> {
    NonZero::new(product(rows.inside, columns.inside) as u32)
}

/// The sums of the first `N` channels of an image under a window.
#[inline(always)]
fn sums<T: Element + Into<i32>, const N: usize>(
    p: &AveragePool2d,
    image: &[T],
    rows: Taps,
    columns: Taps,
) -> [i32; N] {
    let inside = |mut sums, _, at| {
        let mut image = image.get(at..).unwrap_or(&[]);
        for _ in 0..columns.inside {
            if let Some(channels) = image.first_chunk() {
                sums = add(sums, channels);
            }
            image = image.get(p.window.channels..).unwrap_or(&[]);
        }
        sums
    };
    p.window.fold(rows, columns, [0; N], inside, |sums, _, _| sums)
}

impl AveragePool2dInside {
    /// `sum / count`, half away from zero.
    #[inline(always)]
    fn divide(&self, sum: i32) -> i32 {
        away_from_zero(sum, self.count, |x| self.quotient(x))
    }

    /// `sum / count`, half up, for sums of numbers from -128 on.
    #[inline(always)]
    fn divide_half_up(&self, sum: i32) -> i32 {
        up(sum, self.count, |x| self.quotient(x))
    }

    /// `x / count`, rounded down.
    #[inline(always)]
    fn quotient(&self, x: u32) -> u32 {
        x.wrapping_mul(self.reciprocal) >> FRACTION
    }
}

/// `sum / count`, half away from zero.
#[inline(always)]
fn divide(sum: i32, count: NonZero<u32>) -> i32 {
    away_from_zero(sum, count.get(), |x| x / count)
}

/// `sum / count`, half up, for sums of numbers from -128 on.
#[inline(always)]
fn divide_half_up(sum: i32, count: NonZero<u32>) -> i32 {
    up(sum, count.get(), |x| x / count)
}

/// The mean, half away from zero, by a division by the count that rounds down.
#[inline(always)]
fn away_from_zero(sum: i32, count: u32, divide: impl Fn(u32) -> u32) -> i32 {
    let mean = divide(sum.unsigned_abs().wrapping_add(count >> 1)).cast_signed();
    if sum < 0 { mean.wrapping_neg() } else { mean }
}

/// The same, half up, for sums of numbers from -128 on.
#[inline(always)]
fn up(sum: i32, count: u32, divide: impl Fn(u32) -> u32) -> i32 {
    let above = sum.cast_unsigned().wrapping_add(count.wrapping_shl(7));
    divide(above.wrapping_add(count >> 1)).cast_signed().wrapping_sub(128)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::window::Axis;

    #[test]
    fn halves_are_rounded_away_from_zero() {
        let by = |count| move |sum| divide(sum, NonZero::new(count).expect("it is not zero"));
        assert_eq!([-5, -3, -2, -1, 0, 1, 2, 3, 5].map(by(2)), [-3, -2, -1, -1, 0, 1, 1, 2, 3]);
        assert_eq!([-5, -4, -2, -1, 1, 2, 4, 5].map(by(3)), [-2, -1, -1, 0, 0, 1, 1, 2]);
    }

    #[test]
    fn unsigned_halves_are_rounded_up() {
        let by_two = |sum| divide_half_up(sum, NonZero::new(2).expect("it is not zero"));
        assert_eq!([-256, -255, -5, -3, -1, 0, 1, 3, 254].map(by_two), [-128, -127, -2, -1, 0, 0, 1, 2, 127]);
    }

    #[test]
    fn reciprocals_give_every_quotient() {
        let axis = Axis { input: 1, pad: 0, taps: 1, dilation: 1, stride: 1, output: 1 };
        let window = Window { y: axis, x: axis, channels: 1, units: 1 };
        let pool = AveragePool2d { window, least: -128, greatest: 127 };
        for count in 1..=MOST_INSIDE {
            let inside = AveragePool2dInside { pool, count, reciprocal: reciprocal(count) };
            let divisor = NonZero::new(count).expect("it is not zero");
            for sum in -128 * count as i32..=127 * count as i32 {
                assert_eq!(inside.divide(sum), divide(sum, divisor), "{sum} / {count}");
                assert_eq!(inside.divide_half_up(sum), divide_half_up(sum, divisor), "{sum} / {count}");
            }
        }
    }

    #[test]
    fn the_largest_windows_fit() {
        let count = NonZero::new(65_535).expect("it is not zero");
        assert_eq!(divide(65_535 * i32::from(i16::MAX), count), i32::from(i16::MAX));
        assert_eq!(divide(65_535 * i32::from(i16::MIN), count), i32::from(i16::MIN));
    }
}
