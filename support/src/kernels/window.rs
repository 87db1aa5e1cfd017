//! Windows that move over images: the geometry that convolutions and pools share.
//!
//! Positions are counted in the padded image, so that nothing is ever negative, and from one to the
//! next by addition, so that nothing is ever divided.

use super::planes::Planes;
use super::rows::rows_mut;
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
        self.walk(false)
    }

    /// The same, the last output first if it goes backward.
    #[inline(always)]
    fn walk(self, backward: bool) -> impl Iterator<Item = Taps> {
        let (mut next, step) = match backward {
            true => (product(self.output.wrapping_sub(1), self.stride), self.stride.wrapping_neg()),
            false => (0, self.stride),
        };
        (0..self.output).map(move |_| {
            let at = next;
            next = next.wrapping_add(step);
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
    /// Calls `row(image, rows, output)` for each row of the output, which `output` holds.
    ///
    /// `image` begins with the row of the image on which the first of the taps `rows` lies, so that
    /// `rows.first` is 0, and ends anywhere behind the last of them.
    #[inline(always)]
    pub fn each_row<T>(&self, mut planes: Planes<'_, T>, mut row: impl FnMut(&[T], Taps, &mut [T])) {
        let line = product(self.x.input, self.channels);
        let image = product(line, self.y.input);
        let len = product(self.x.output, self.units);
        let whole = product(len, self.y.output);
        let backward = planes.is_backward();
        let towards = |step: usize| if backward { step.wrapping_neg() } else { step };
        let (mut start, mut at) = match backward {
            true => (planes.input_len().wrapping_sub(image), planes.output_len().wrapping_sub(len)),
            false => (0, 0),
        };
        let mut left = planes.output_len();
        while left >= whole.max(1) {
            for rows in self.y.walk(backward) {
                let first = start.wrapping_add(product(line, rows.first));
                if let Some((image, output)) = planes.split(first, at, len) {
                    row(image, Taps { first: 0, ..rows }, output);
                }
                at = at.wrapping_add(towards(len));
            }
            start = start.wrapping_add(towards(image));
            left = left.wrapping_sub(whole);
        }
    }

    /// Calls `pixel(image, rows, columns, output)` for each pixel of the output, whose channels
    /// `output` holds. `image` and `rows` are those of [`each_row`](Self::each_row).
    #[inline(always)]
    pub fn each_pixel<T>(&self, planes: Planes<'_, T>, mut pixel: impl FnMut(&[T], Taps, Taps, &mut [T])) {
        self.each_row(planes, |image, rows, output| {
            for (columns, output) in self.x.outputs().zip(rows_mut(output, self.units)) {
                pixel(image, rows, columns, output);
            }
        });
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
    use super::super::planes::Overlap;
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

    /// Two images of three rows of two, whose windows are two rows high, with a row of padding around.
    const ROWS: Window = Window {
        y: Axis { input: 3, pad: 1, taps: 2, dilation: 1, stride: 1, output: 4 },
        x: Axis { input: 2, pad: 0, taps: 2, dilation: 1, stride: 1, output: 1 },
        channels: 1,
        units: 1,
    };

    fn sums(planes: Planes<'_, u8>) {
        ROWS.each_row(planes, |image, rows, output| {
            assert_eq!(rows.first, 0);
            output.copy_from_slice(&[image.iter().take(2 * rows.inside).sum()]);
        });
    }

    #[test]
    fn rows_are_the_same_in_either_order() {
        let image = [1, 2, 3, 4, 5, 6, 10, 20, 30, 40, 50, 60];
        let expected = [3, 10, 18, 11, 30, 100, 180, 110];
        let mut output = [0; 8];
        sums(Planes::apart(&image, &mut output));
        assert_eq!(output, expected);
        for (input, output) in [(6, 0), (0, 9)] {
            let mut memory = [0; 18];
            memory[input..input + 12].copy_from_slice(&image);
            let overlap = Overlap { input, input_len: 12, output, output_len: 8 };
            sums(Planes::overlapped(&mut memory, overlap));
            assert_eq!(memory[output..output + 8], expected);
        }
    }

    #[test]
    fn a_window_without_taps_on_the_image_is_outside() {
        // Two taps three apart, one on each side of a single row.
        let y = Axis { input: 1, pad: 1, taps: 2, dilation: 3, stride: 1, output: 1 };
        let x = Axis { input: 1, pad: 0, taps: 1, dilation: 1, stride: 1, output: 1 };
        let window = Window { y, x, channels: 1, units: 1 };
        window.each_pixel(Planes::apart(&[0i8], &mut [0i8]), |_, rows, columns, _| {
            let count = |(inside, outside), _, _| (inside + columns.inside, outside);
            let pad = |(inside, outside), _, taps| (inside, outside + taps);
            assert_eq!(window.fold(rows, columns, (0, 0), count, pad), (0, 2));
        });
    }
}
