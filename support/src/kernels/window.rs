//! Windows that move over images: the geometry that convolutions and pools share.
//!
//! Positions are counted in the padded image, so that nothing is ever negative, and from one to the
//! next by addition, so that nothing is ever divided.

use super::rows::{rows, rows_mut};
use crate::inner::product;

/// One dimension of a [`Window`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Axis {
    /// Positions of the image.
    pub input: usize,
    /// Positions of the padding before the image.
    pub pad: usize,
    /// Taps of the window.
    pub taps: usize,
    /// From one tap to the next.
    pub dilation: usize,
    /// From one output to the next.
    pub stride: usize,
    /// Outputs.
    pub output: usize,
}

/// A window over images of shape `[y.input, x.input, channels]`, one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Its rows.
    pub y: Axis,
    /// Its columns.
    pub x: Axis,
    /// Channels of the input.
    pub channels: usize,
    /// Channels of the output.
    pub units: usize,
}

/// Which taps of an axis see the image. They are always neighbours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taps {
    /// Taps that lie before the image.
    pub before: usize,
    /// Taps that lie on the image.
    pub inside: usize,
    /// Position in the image of the first of these.
    pub first: usize,
}

impl Axis {
    /// The taps on the image for each output.
    #[inline(always)]
    pub fn outputs(self) -> impl Iterator<Item = Taps> {
        let mut next = 0usize;
        (0..self.output).map(move |_| {
            let at = next;
            next = next.wrapping_add(self.stride);
            self.at(at)
        })
    }

    /// The taps on the image if the window starts at `at` of the padded image.
    #[inline(always)]
    fn at(self, at: usize) -> Taps {
        let end = self.pad.wrapping_add(self.input);
        let last = at.wrapping_add(product(self.taps.wrapping_sub(1), self.dilation));
        if at >= self.pad && last < end {
            return Taps { before: 0, inside: self.taps, first: at.wrapping_sub(self.pad) };
        }
        self.at_border(at, end)
    }

    fn at_border(self, mut at: usize, end: usize) -> Taps {
        let (mut before, mut inside) = (0usize, 0usize);
        while at < self.pad && before < self.taps {
            at = at.wrapping_add(self.dilation);
            before = before.wrapping_add(1);
        }
        let first = at.wrapping_sub(self.pad);
        while at < end && before.wrapping_add(inside) < self.taps {
            at = at.wrapping_add(self.dilation);
            inside = inside.wrapping_add(1);
        }
        Taps { before, inside, first }
    }
}

impl Window {
    /// Calls `pixel(image, rows, columns, output)` for each pixel of the output, whose channels
    /// `output` holds.
    #[inline(always)]
    pub fn each_pixel<T, U>(
        &self,
        input: &[T],
        output: &mut [U],
        mut pixel: impl FnMut(&[T], Taps, Taps, &mut [U]),
    ) {
        let image = product(product(self.y.input, self.x.input), self.channels);
        let mut pixels = rows_mut(output, self.units);
        for image in rows(input, image) {
            for rows in self.y.outputs() {
                for (columns, output) in self.x.outputs().zip(&mut pixels) {
                    pixel(image, rows, columns, output);
                }
            }
        }
    }

    /// Goes over the taps of one pixel, row by row: `inside(acc, tap, at)` for the `columns.inside`
    /// taps from `tap` that see the image from element `at`, and `outside(acc, tap, count)` for
    /// the `count` taps in between that see the padding.
    #[inline(always)]
    pub fn fold<A>(
        &self,
        rows: Taps,
        columns: Taps,
        mut acc: A,
        mut inside: impl FnMut(A, usize, usize) -> A,
        mut outside: impl FnMut(A, usize, usize) -> A,
    ) -> A {
        let row = product(self.x.input, self.channels);
        let step = product(row, self.y.dilation);
        let mut at = product(row, rows.first).wrapping_add(product(self.channels, columns.first));
        let mut tap = product(self.x.taps, rows.before).wrapping_add(columns.before);
        let mut done = 0;
        for _ in 0..rows.inside {
            if tap > done {
                acc = outside(acc, done, tap.wrapping_sub(done));
            }
            acc = inside(acc, tap, at);
            done = tap.wrapping_add(columns.inside);
            tap = tap.wrapping_add(self.x.taps);
            at = at.wrapping_add(step);
        }
        let all = product(self.y.taps, self.x.taps);
        if all > done {
            acc = outside(acc, done, all.wrapping_sub(done));
        }
        acc
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All taps of an axis one by one, as the definition says.
    fn defined(axis: Axis, output: usize) -> (usize, Option<usize>) {
        let position = |tap: usize| (output * axis.stride + tap * axis.dilation).checked_sub(axis.pad);
        let inside = |tap: &usize| position(*tap).is_some_and(|at| at < axis.input);
        let first = (0..axis.taps).find(inside);
        ((0..axis.taps).filter(inside).count(), first.and_then(position))
    }

    #[test]
    fn taps_are_those_that_see_the_image() {
        for bits in 0..3usize.pow(6) {
            let digit = |n: u32| bits / 3usize.pow(n) % 3;
            let axis = Axis {
                input: 1 + 2 * digit(0),
                pad: digit(1) * 2,
                taps: 1 + digit(2),
                dilation: 1 + digit(3),
                stride: 1 + digit(4),
                output: 3,
            };
            for (output, taps) in axis.outputs().enumerate() {
                let (inside, first) = defined(axis, output);
                assert_eq!(taps.inside, inside, "{axis:?}, output {output}");
                assert!(taps.before + taps.inside <= axis.taps);
                if let Some(first) = first {
                    assert_eq!(taps.first, first, "{axis:?}, output {output}");
                }
            }
        }
    }

    #[test]
    fn a_window_without_taps_on_the_image_is_outside() {
        // Two taps three apart, one on each side of a single row.
        let y = Axis { input: 1, pad: 1, taps: 2, dilation: 3, stride: 1, output: 1 };
        let x = Axis { input: 1, pad: 0, taps: 1, dilation: 1, stride: 1, output: 1 };
        let window = Window { y, x, channels: 1, units: 1 };
        window.each_pixel(&[0i8], &mut [0i8], |_, rows, columns, _| {
            let count = |(inside, outside), _, _| (inside + columns.inside, outside);
            let pad = |(inside, outside), _, taps| (inside, outside + taps);
            assert_eq!(window.fold(rows, columns, (0, 0), count, pad), (0, 2));
        });
    }
}
