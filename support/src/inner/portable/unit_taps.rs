//! What units side by side see.

use super::units::{STREAM_BIAS, STREAM_SCALE, StreamOutput, units};
use crate::inner::flash::Flash;
use crate::inner::{checked_product, product};
use core::iter::repeat_n;

/// Most elements that a window sees, padding included.
pub const MAX_TERMS: usize = 1 << 13;

/// Most rows of a window.
pub const MAX_ROWS: usize = 127;

/// Bytes of a unit beside its weights.
const UNIT: usize = STREAM_BIAS + STREAM_SCALE;

/// What windows next to each other see, if each sees as much of the image: rows of elements that lie side by side, and
/// padding around them.
#[derive(Clone, Copy, Debug)]
pub struct UnitTaps {
    /// Elements from one window to the next.
    pub step: usize,
    /// Rows of a window that lie on the image, [`MAX_ROWS`] at most.
    pub rows: usize,
    /// Elements of such a row.
    pub len: usize,
    /// Elements from one row to the next.
    pub line: usize,
    /// Elements of the padding before the first row, all of them if there is no row.
    pub before: usize,
    /// Elements of the padding between two rows.
    pub between: usize,
    /// Elements of the padding behind the last row.
    pub after: usize,
    /// What the padding holds.
    pub padding: i8,
}

impl UnitTaps {
    /// Rows of so many elements that lie side by side.
    #[inline(always)]
    pub fn of_rows(depth: usize) -> Self {
        Self { step: depth, rows: 1, len: depth, line: 0, before: 0, between: 0, after: 0, padding: 0 }
    }

    /// Elements that a window sees, [`MAX_TERMS`] at most and at least one, and those of the image from the first of them to
    /// behind the last.
    #[inline(always)]
    pub fn lens(&self) -> Option<[usize; 2]> {
        let &Self { rows, len, line, before, between, after, .. } = self;
        let gaps = rows.saturating_sub(1);
        let terms = checked_product(rows, len)?
            .checked_add(checked_product(gaps, between)?)?
            .checked_add(before)?
            .checked_add(after)?;
        let end = if rows == 0 { 0 } else { checked_product(gaps, line)?.checked_add(len)? };
        let fits = terms != 0 && terms <= MAX_TERMS && rows <= MAX_ROWS && (rows == 0 || len != 0);
        fits.then_some([terms, end])
    }

    /// What a window sees, in the order of the weights.
    fn elements(&self, image: &[i8], window: usize) -> impl Iterator<Item = i8> {
        let &Self { step, rows, len, line, before, between, after, padding } = self;
        let outside = move |terms| repeat_n(padding, terms);
        let row = move |row: usize| {
            let at = product(window, step).wrapping_add(product(row, line));
            let inside = image.get(at..).unwrap_or(&[]).iter().copied().take(len);
            outside(if row == 0 { 0 } else { between }).chain(inside)
        };
        outside(before).chain((0..rows).flat_map(row)).chain(outside(after))
    }
}

/// Units that all see the same, whatever they see.
#[derive(Debug)]
pub struct UnitWindows<'a> {
    stream: Flash<'a, i8>,
    units: usize,
    to: StreamOutput,
    taps: Option<UnitTaps>,
}

impl<'a> UnitWindows<'a> {
    /// So many units, which see nothing yet.
    #[inline(always)]
    pub fn new(stream: Flash<'a, i8>, units: usize, to: StreamOutput) -> Self {
        Self { stream, units, to, taps: None }
    }

    /// What windows see from now on. If it does not fit the stream, they see nothing.
    #[inline(always)]
    pub fn see(&mut self, taps: &UnitTaps) {
        let bytes = taps.lens().and_then(|[terms, _]| checked_product(terms.wrapping_add(UNIT), self.units));
        self.taps = bytes.is_some_and(|bytes| bytes <= self.stream.len()).then_some(*taps);
    }

    /// The same for rows of so many elements.
    #[inline(always)]
    pub fn see_rows(&mut self, depth: usize) {
        self.see(&UnitTaps::of_rows(depth));
    }

    /// The outputs of so many windows, the first of which sees the image from its first element, without limits but those
    /// of eight bits. If they see nothing, or anything is not as long as that takes, nothing is written.
    #[inline(always)]
    pub fn outputs(&mut self, image: &[i8], windows: usize, output: &mut [i8]) {
        let Some(taps) = self.taps else { return };
        let first = windows.checked_sub(1).and_then(|last| checked_product(last, taps.step));
        let end = first.zip(taps.lens()).and_then(|(first, [_, end])| first.checked_add(end));
        let has_room = checked_product(windows, self.units) == Some(output.len());
        if self.units != 0 && has_room && end.is_some_and(|end| end <= image.len()) {
            for (window, output) in output.chunks_exact_mut(self.units).enumerate() {
                units(self.stream, output, self.to, |_| taps.elements(image, window));
            }
        }
    }
}
