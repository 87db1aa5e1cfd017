//! Every output is the greatest value of a window over one channel of an image.

use super::blocks::{next_row, rows_of};
use super::lanes::LANES;
use super::planes::Planes;
use super::reach::Reach;
use super::rows::rows_mut;
use super::window::{Taps, Window};
use crate::inner::flash::Element;
use crate::inner::{VECTORS, greater, greater_s8, unknown};

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
    let mut lines = rows_of(&p.window, planes);
    while let Some((image, rows, output)) = next_row(&mut lines) {
        for (columns, output) in x.outputs().zip(rows_mut(output, units)) {
            Pixel { p, image, rows, columns }.all(output, greater_s8);
        }
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
        Pixel { p, image, rows, columns }.all(output, greater);
    });
}

/// One pixel of the output.
struct Pixel<'a, T> {
    p: &'a MaxPool2d<T>,
    image: &'a [T],
    rows: Taps,
    columns: Taps,
}

impl<T: Element + Ord> Pixel<'_, T> {
    /// The greatest values of some channels at a time stay in registers.
    #[inline(always)]
    fn all(&self, output: &mut [T], greater_of: impl Fn([T; LANES], &[T; LANES]) -> [T; LANES]) {
        let (blocks, rest) = output.as_chunks_mut::<LANES>();
        let mut channel = 0usize;
        for block in blocks {
            *block = self.greatest(channel, &greater_of);
            channel = channel.wrapping_add(LANES);
        }
        for single in rest.as_chunks_mut::<1>().0 {
            *single = self.greatest(channel, greater);
            channel = channel.wrapping_add(1);
        }
    }

    /// The greatest values of the channels from `channel`.
    #[inline(always)]
    fn greatest<const N: usize>(
        &self,
        channel: usize,
        greater_of: impl Fn([T; N], &[T; N]) -> [T; N],
    ) -> [T; N] {
        let MaxPool2d { window, least, greatest } = self.p;
        let image = self.image.get(channel..).unwrap_or(&[]);
        let inside = |mut values, _, at| {
            let mut taps = image.get(at..).unwrap_or(&[]);
            for _ in 0..self.columns.inside {
                if let Some(tap) = taps.first_chunk() {
                    values = greater_of(values, tap);
                }
                taps = taps.get(window.channels..).unwrap_or(&[]);
            }
            values
        };
        // Nothing is less than the least output, so that it may stand for nothing.
        let values = window.fold(self.rows, self.columns, [*least; N], inside, |values, _, _| values);
        values.map(|value| value.min(*greatest))
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
