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
    average_pool_2d(p, planes, divide, |mean| mean as i8);
}

/// The same with halves rounded up, as the mean of unsigned numbers is: -128 stands for 0.
#[cfg_attr(not(debug_assertions), inline)]
pub fn average_pool_2d_half_up_s8(p: &AveragePool2d, planes: Planes<'_, i8>) {
    average_pool_2d(p, planes, divide_half_up, |mean| mean as i8);
}

/// The same in 16 bits, with halves rounded away from zero.
#[cfg_attr(not(debug_assertions), inline)]
pub fn average_pool_2d_s16(p: &AveragePool2d, planes: Planes<'_, i16>) {
    average_pool_2d(p, planes, divide, |mean| mean as i16);
}

#[inline(always)]
fn average_pool_2d<T: Element + Into<i32>>(
    p: &AveragePool2d,
    planes: Planes<'_, T>,
    divide: impl Fn(i32, NonZero<u32>) -> i32,
    narrow: impl Fn(i32) -> T,
) {
    p.window.each_pixel(planes, |image, rows, columns, output| {
        // A window always sees the image: it begins in it, or in padding narrower than itself.
        let Some(count) = NonZero::new(product(rows.inside, columns.inside) as u32) else { return };
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

/// `sum / count`, half away from zero.
#[inline(always)]
fn divide(sum: i32, count: NonZero<u32>) -> i32 {
    let magnitude = sum.unsigned_abs().wrapping_add(count.get() >> 1) / count;
    let mean = magnitude.cast_signed();
    if sum < 0 { mean.wrapping_neg() } else { mean }
}

/// `sum / count`, half up, for sums of numbers from -128 on.
#[inline(always)]
fn divide_half_up(sum: i32, count: NonZero<u32>) -> i32 {
    let above = sum.cast_unsigned().wrapping_add(count.get().wrapping_shl(7));
    (above.wrapping_add(count.get() >> 1) / count).cast_signed().wrapping_sub(128)
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn the_largest_windows_fit() {
        let count = NonZero::new(65_535).expect("it is not zero");
        assert_eq!(divide(65_535 * i32::from(i16::MAX), count), i32::from(i16::MAX));
        assert_eq!(divide(65_535 * i32::from(i16::MIN), count), i32::from(i16::MIN));
    }
}
