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

/// The rows of an output, and what they see of the input.
#[derive(Debug)]
pub struct Rows<'a, T> {
    planes: Planes<'a, T>,
    y: Axis,
    /// Elements of a row of the input.
    line: usize,
    /// Elements of an image.
    image: usize,
    /// Elements of a row of the output.
    len: usize,
    backward: bool,
    /// Start of the image.
    start: usize,
    /// Start of the next row of the output.
    at: usize,
    /// Position in the padded image of the first window of an image.
    first: usize,
    /// Position of the next window.
    from: usize,
    /// Rows of this image that are done.
    row: usize,
    /// Elements of the output that are left.
    left: usize,
}

impl<T> Rows<'_, T> {
    /// The next row `(image, rows, output)`, if there is one.
    ///
    /// `image` begins with the row of the image on which the first of the taps `rows` lies, so that
    /// `rows.first` is 0, and ends anywhere behind the last of them.
    #[inline(always)]
    #[allow(clippy::should_implement_trait)] // an iterator's items cannot borrow from it
    pub fn next(&mut self) -> Option<(&[T], Taps, &mut [T])> {
        if self.left < self.len || self.left == 0 {
            return None;
        }
        if self.row == self.y.output {
            self.row = 0;
            self.from = self.first;
            self.start = self.start.wrapping_add(self.towards(self.image));
        }
        let (rows, at) = (self.y.at(self.from), self.at);
        let first = self.start.wrapping_add(product(self.line, rows.first));
        self.row = self.row.wrapping_add(1);
        self.from = self.from.wrapping_add(self.towards(self.y.stride));
        self.at = at.wrapping_add(self.towards(self.len));
        self.left = self.left.wrapping_sub(self.len);
        let (image, output) = self.planes.split(first, at, self.len)?;
        Some((image, Taps { first: 0, ..rows }, output))
    }

    /// A step to what comes next.
    #[inline(always)]
    fn towards(&self, step: usize) -> usize {
        if self.backward { step.wrapping_neg() } else { step }
    }
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

    /// Positions of windows all of whose taps are on the image, one after the other from the first of the image.
    #[inline(always)]
    pub fn inside(self) -> usize {
        self.input.saturating_sub(product(self.taps.wrapping_sub(1), self.dilation))
    }

    /// How many windows of this axis those are.
    #[inline(never)]
    pub fn inside_windows(self) -> usize {
        self.outputs().filter(|taps| taps.inside == self.taps).count()
    }

    /// The taps on the image if the window starts at `at` of the padded image.
    #[inline(always)]
    pub fn at(self, at: usize) -> Taps {
        let end = self.pad.wrapping_add(self.input);
        let last = at.wrapping_add(product(self.taps.wrapping_sub(1), self.dilation));
        if at >= self.pad && last < end {
            return Taps { before: 0, inside: self.taps, first: at.wrapping_sub(self.pad) };
        }
        self.at_border(at, end)
    }

    // One copy, for a row or a column of windows has few of them.
    #[cfg_attr(tiny_model_shared, inline(never))]
    fn at_border(self, mut at: usize, end: usize) -> Taps {
        if self.dilation == 1 {
            let before = self.pad.saturating_sub(at).min(self.taps);
            at = at.wrapping_add(before);
            let inside = end.saturating_sub(at).min(self.taps.wrapping_sub(before));
            return Taps { before, inside, first: at.wrapping_sub(self.pad) };
        }
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
    /// The rows of the output, one after the other.
    #[inline(always)]
    pub fn rows<'a, T>(&self, planes: Planes<'a, T>) -> Rows<'a, T> {
        let line = product(self.x.input, self.channels);
        let image = product(line, self.y.input);
        let len = product(self.x.output, self.units);
        let count = self.y.output;
        let backward = planes.is_backward();
        let (start, at, from) = match backward {
            true => (
                planes.input_len().wrapping_sub(image),
                planes.output_len().wrapping_sub(len),
                product(count.wrapping_sub(1), self.y.stride),
            ),
            false => (0, 0, 0),
        };
        let left = if count == 0 || len == 0 { 0 } else { planes.output_len() };
        Rows { planes, y: self.y, line, image, len, backward, start, at, first: from, from, row: 0, left }
    }

    /// Calls `pixel(image, rows, columns, output)` for each pixel of the output, whose channels
    /// `output` holds. `image` and `rows` are those of [`Rows::next`].
    #[inline(always)]
    pub fn each_pixel<T>(&self, planes: Planes<'_, T>, mut pixel: impl FnMut(&[T], Taps, Taps, &mut [T])) {
        let mut all = self.rows(planes);
        while let Some((image, rows, output)) = all.next() {
            for (columns, output) in self.x.outputs().zip(rows_mut(output, self.units)) {
                pixel(image, rows, columns, output);
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
        let mut all = ROWS.rows(planes);
        while let Some((image, rows, output)) = all.next() {
            assert_eq!(rows.first, 0);
            output.copy_from_slice(&[image.iter().take(2 * rows.inside).sum()]);
        }
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
