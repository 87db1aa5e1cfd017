//! Convolutions: what two windows see is brought together, and becomes two pixels of the output.

use super::{Form, Fours, WindowFours};
use crate::inner::{CopiedRows, copy_rows, product};
use crate::kernels::blocks::{next_row, rows_of};
use crate::kernels::planes::Planes;
use crate::kernels::window::{Taps, Window};

impl<R: Form> WindowFours<R> {
    #[inline(never)] // one copy for all layers
    pub(super) fn convolve(&self, fours: Fours<'_, R>, planes: Planes<'_, i8>, [a, b]: [&mut [i8]; 2]) {
        let Window { x: axis, units, .. } = self.window;
        let mut lines = rows_of(&self.window, planes);
        while let Some((image, rows, mut output)) = next_row(&mut lines) {
            let seen = Seen::new(&self.window, self.padding, image, rows);
            let mut at = 0usize;
            while let Some(pixel) = output.split_off_mut(..units) {
                seen.gather(at, a);
                at = at.wrapping_add(axis.stride);
                match output.split_off_mut(..units) {
                    Some(next) => {
                        seen.gather(at, b);
                        fours.two_rows([a, b], pixel, next);
                    }
                    _ => fours.row(a, pixel),
                }
                at = at.wrapping_add(axis.stride);
            }
        }
    }
}

/// What a row of windows sees.
struct Seen<'a> {
    window: &'a Window,
    padding: i8,
    image: &'a [i8],
    rows: Taps,
    /// Elements of a row of a window.
    run: usize,
    /// From one of them to the next.
    distance: usize,
    /// Positions of windows that see no padding.
    inside: usize,
}

impl<'a> Seen<'a> {
    #[inline(always)]
    fn new(window: &'a Window, padding: i8, image: &'a [i8], rows: Taps) -> Self {
        let Window { x, y, channels, .. } = *window;
        let run = product(x.taps, channels);
        let distance = product(product(x.input, channels), y.dilation);
        let inside = if rows.inside < y.taps { 0 } else { x.inside() };
        Self { window, padding, image, rows, run, distance, inside }
    }

    /// What the window sees that starts at `at` of the padded image.
    #[inline(always)]
    fn gather(&self, at: usize, x: &mut [i8]) {
        let first = at.wrapping_sub(self.window.x.pad);
        if first >= self.inside {
            return self.gather_border(at, x);
        }
        let from = self.image.get(product(first, self.window.channels)..).unwrap_or(&[]);
        copy_rows(&self.rows(self.run), from, x);
    }

    /// The same where some of that is padding.
    #[inline(never)] // a row has few of them
    fn gather_border(&self, at: usize, x: &mut [i8]) {
        let run = self.run;
        let Window { x: axis, channels, .. } = *self.window;
        let (rows, columns) = (self.rows, axis.at(at));
        x.fill(self.padding);
        let from = self.image.get(product(columns.first, channels)..).unwrap_or(&[]);
        let before = product(columns.before, channels);
        let start = product(rows.before, run).wrapping_add(before);
        let end = product(rows.before.wrapping_add(rows.inside), run);
        let to = x.get_mut(start..end).unwrap_or(&mut []);
        copy_rows(&self.rows(product(columns.inside, channels)), from, to);
    }

    /// So many elements of each row.
    #[inline(always)]
    fn rows(&self, len: usize) -> CopiedRows {
        CopiedRows { count: self.rows.inside, len, from: self.distance, to: self.run }
    }
}
