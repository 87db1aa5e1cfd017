//! Every output is the greatest value of a window over one channel of an image.

use super::blocks::{clamp, next_row, rows_of};
use super::planes::Planes;
use super::reach::Reach;
use super::requantization::Requantization;
use super::rows::rows_mut;
use super::window::{Taps, Window};
use crate::inner::flash::Element;
use crate::inner::{Greatest, GreatestBytes, VECTORS, product, unknown};

/// Shape and range of a pool of greatest values.
#[derive(Clone, Copy, Debug)]
pub struct MaxPool2d<T> {
    /// How the window moves.
    pub window: Window,
    /// Least output, after the fused activation.
    pub least: T,
    /// Greatest output, after the fused activation.
    pub greatest: T,
}

impl<T> MaxPool2d<T> {
    /// How far an output of so many elements may be laid over the input.
    pub const fn reach(&self, output_len: usize) -> Reach {
        self.window.reach(output_len)
    }
}

/// `output[y, x, c] = clamp(max(input[y · stride + row, x · stride + column, c]))`; the padding does
/// not count.
#[cfg_attr(not(debug_assertions), inline)]
pub fn max_pool_2d_s8(p: &MaxPool2d<i8>, planes: Planes<'_, i8>) {
    if VECTORS {
        return tap_by_tap(p, planes);
    }
    all_s8(unknown(p), planes);
}

#[inline(never)] // one copy for all layers
fn all_s8(p: &MaxPool2d<i8>, planes: Planes<'_, i8>) {
    let Window { x, units, .. } = p.window;
    // Nothing is less than the least output any more.
    let range = Requantization { zero_point: 0, least: i8::MIN.into(), greatest: p.greatest.into() };
    let mut lines = rows_of(&p.window, planes);
    while let Some((image, rows, output)) = next_row(&mut lines) {
        for (columns, output) in x.outputs().zip(rows_mut(&mut *output, units)) {
            Pixel::new(p, image, rows, columns).all_s8(output);
        }
        clamp(range, output);
    }
}

/// The same in 16 bits.
#[cfg_attr(not(debug_assertions), inline)]
pub fn max_pool_2d_s16(p: &MaxPool2d<i16>, planes: Planes<'_, i16>) {
    if VECTORS {
        return tap_by_tap(p, planes);
    }
    all_s16(unknown(p), planes);
}

#[inline(never)] // one copy for all layers
fn all_s16(p: &MaxPool2d<i16>, planes: Planes<'_, i16>) {
    p.window.each_pixel(planes, |image, rows, columns, output| {
        Pixel::new(p, image, rows, columns).all_s16(output);
        output.iter_mut().for_each(|y| *y = p.greatest.min(*y));
    });
}

/// One pixel of the output: the taps of its window that lie on the image.
struct Pixel<'a, T> {
    p: &'a MaxPool2d<T>,
    /// The image from the first of them, or nothing if there is none.
    image: &'a [T],
    rows: usize,
    columns: usize,
    /// From one row of them to the next.
    line: usize,
}

impl<'a, T: Element + Ord> Pixel<'a, T> {
    #[inline(always)]
    fn new(p: &'a MaxPool2d<T>, image: &'a [T], rows: Taps, columns: Taps) -> Self {
        let Window { x, y, channels, .. } = p.window;
        let image = match rows.inside == 0 || columns.inside == 0 {
            true => &[],
            false => image.get(product(columns.first, channels)..).unwrap_or(&[]),
        };
        let line = product(product(x.input, y.dilation), channels);
        Self { p, image, rows: rows.inside.max(1), columns: columns.inside, line }
    }

    /// Writes `greatest` of the channels from `channel`, `N` at a time as long as there are so many, and says where it ends.
    #[inline(always)]
    fn each<const N: usize>(
        &self,
        mut channel: usize,
        output: &mut &mut [T],
        greatest: impl Fn(usize) -> [T; N],
    ) -> usize {
        while let Some(block) = output.split_off_mut(..N).and_then(<[T]>::first_chunk_mut) {
            *block = greatest(channel);
            channel = channel.wrapping_add(N);
        }
        channel
    }

    /// Those that are left.
    #[inline(always)]
    fn rest(&self, channel: usize, output: &mut &mut [T]) {
        self.each(channel, output, |channel| {
            [self.fold(channel, self.p.least, |value, &[x]: &[T; 1]| x.max(value))]
        });
    }

    /// Goes over the taps, as they are from `channel`. The image says where they end, so that no loop is asked before it begins
    /// whether there are any.
    #[inline(always)]
    fn fold<A, const N: usize>(&self, channel: usize, mut acc: A, with: impl Fn(A, &[T; N]) -> A) -> A {
        let mut row = self.image.get(channel..).unwrap_or(&[]);
        let mut rows = self.rows;
        loop {
            let (mut taps, mut columns) = (row, self.columns);
            while let Some(tap) = taps.first_chunk() {
                acc = with(acc, tap);
                columns = columns.wrapping_sub(1);
                if columns == 0 {
                    break;
                }
                taps = taps.get(self.p.window.channels..).unwrap_or(&[]);
            }
            rows = rows.wrapping_sub(1);
            if rows == 0 {
                return acc;
            }
            row = row.get(self.line..).unwrap_or(&[]);
        }
    }
}

// Nothing is less than the least output, so that it may stand for nothing.
impl Pixel<'_, i8> {
    #[inline(always)]
    fn all_s8(&self, mut output: &mut [i8]) {
        let (mut channel, least) = (0, GreatestBytes::of(self.p.least));
        if GreatestBytes::FOUR_IN_A_REGISTER {
            // Twice as many for the same way from tap to tap.
            channel = self.each(channel, &mut output, |channel| {
                let with = |[first, second]: [GreatestBytes; 2], &[a, b, c, d, e, f, g, h]: &[i8; 8]| {
                    [first.and(&[a, b, c, d]), second.and(&[e, f, g, h])]
                };
                let [first, second] = self.fold(channel, [least; 2], with).map(GreatestBytes::values);
                let ([a, b, c, d], [e, f, g, h]) = (first, second);
                [a, b, c, d, e, f, g, h]
            });
        }
        let four = |channel| self.fold(channel, least, GreatestBytes::and).values();
        channel = self.each(channel, &mut output, four);
        self.rest(channel, &mut output);
    }
}

impl Pixel<'_, i16> {
    #[inline(always)]
    fn all_s16(&self, mut output: &mut [i16]) {
        let least = Greatest::of(self.p.least);
        let four = |channel| self.fold(channel, least, Greatest::and).values().map(|x| x as i16);
        let channel = self.each(0, &mut output, four);
        self.rest(channel, &mut output);
    }
}

/// All channels of a tap go together, which makes vectors of them.
#[inline(always)]
fn tap_by_tap<T: Element + Ord>(p: &MaxPool2d<T>, planes: Planes<'_, T>) {
    let channels = p.window.channels;
    p.window.each_pixel(planes, |image, rows, columns, output| {
        output.fill(p.least);
        let inside = |(), _, at| {
            let mut image = image.get(at..).unwrap_or(&[]);
            for _ in 0..columns.inside {
                output.iter_mut().zip(image).for_each(|(y, &x)| *y = x.max(*y));
                image = image.get(channels..).unwrap_or(&[]);
            }
        };
        p.window.fold(rows, columns, (), inside, |(), _, _| ());
        output.iter_mut().for_each(|y| *y = p.greatest.min(*y));
    });
}

#[cfg(test)]
mod tests {
    extern crate std;

    use super::super::random::Random;
    use super::super::window::Axis;
    use super::*;
    use std::vec;

    /// An axis, and padding of which a window may see nothing else.
    fn axis(random: &mut Random) -> Axis {
        let (taps, stride, pad) = (1 + random.below(3), 1 + random.below(3), random.below(4));
        let input = (1 + random.below(5)).max(taps);
        Axis { input, pad, taps, dilation: 1, stride, output: (input + 2 * pad - taps) / stride + 1 }
    }

    #[test]
    fn channels_side_by_side_are_as_tap_by_tap() {
        let mut random = Random::new(1);
        for channels in (1..=21).cycle().take(200) {
            let (y, x) = (axis(&mut random), axis(&mut random));
            let window = Window { y, x, channels, units: channels };
            let (least, greatest) = (random.byte().min(0), random.byte().max(0));
            let input = random.bytes(y.input * x.input * channels);
            let mut found = vec![1; y.output * x.output * channels];
            let mut expected = found.clone();
            let p = MaxPool2d { window, least, greatest };
            all_s8(&p, Planes::apart(&input, &mut found));
            tap_by_tap(&p, Planes::apart(&input, &mut expected));
            assert_eq!(found, expected, "{p:?}");

            let wide = |bytes: &[i8]| bytes.iter().map(|&x| 100 * i16::from(x)).collect::<vec::Vec<_>>();
            let [least, greatest] = [least, greatest].map(|limit| 100 * i16::from(limit));
            let p = MaxPool2d { window, least, greatest };
            let mut found = vec![1; expected.len()];
            all_s16(&p, Planes::apart(&wide(&input), &mut found));
            assert_eq!(found, wide(&expected), "{p:?}");
        }
    }
}
