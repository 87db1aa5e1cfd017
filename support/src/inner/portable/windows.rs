//! Windows that see a channel each, one unit at a time: the constants are a stream as in [`super::units_of_runs`], whose
//! units are all one by one.

use super::units::unit;
use super::{MAX_STEP, MAX_UNITS, STREAM_BIAS, STREAM_SCALE, StreamOutput};
use crate::inner::flash::Flash;
use crate::inner::product;

/// Most bytes of a copy of what windows see of a channel.
pub const MAX_COPY: usize = 512;

/// Bytes behind a copy, for windows that are done beside the last ones.
const BEHIND: usize = 6;

/// Rows or columns of windows on a part of an image. Numbers but the stride and the dilation are 255 at most, and those
/// are where they count.
#[derive(Clone, Copy, Debug)]
pub struct Side {
    /// Positions of the image.
    pub there: usize,
    /// Positions of padding before them.
    pub before: usize,
    /// Taps of a window.
    pub taps: usize,
    /// From one tap to the next.
    pub dilation: usize,
    /// From one window to the next.
    pub stride: usize,
    /// Windows.
    pub outputs: usize,
}

/// What units see that have windows on a channel each.
#[derive(Clone, Copy, Debug)]
pub struct WindowTaps<'a> {
    /// The image from the first row that is there.
    pub image: &'a [i8],
    /// Its rows.
    pub y: Side,
    /// Its columns.
    pub x: Side,
    /// Elements from one row to the next.
    pub line: usize,
    /// Channels of the image.
    pub channels: usize,
    /// Units in all: as many for each channel.
    pub units: usize,
    /// What the padding holds.
    pub padding: i8,
}

impl Side {
    /// Positions of the image and the padding that windows see, and all of the image.
    pub fn positions(&self) -> usize {
        let [windows, taps] = self.steps();
        let seen = windows.wrapping_add(taps).wrapping_add(1);
        seen.max(self.before.wrapping_add(self.there))
    }

    /// From the first window to the last, and from the first tap to the last.
    fn steps(&self) -> [usize; 2] {
        let &Self { taps, dilation, stride, outputs, .. } = self;
        [product(outputs.wrapping_sub(1), stride), product(taps.wrapping_sub(1), dilation)]
    }

    /// Whether all numbers are bytes.
    fn fits(&self) -> bool {
        let &Self { there, before, taps, dilation, stride, outputs } = self;
        let is_byte = |n: usize| n <= 255;
        taps != 0
            && outputs != 0
            && [there, before, taps, outputs].into_iter().all(is_byte)
            && (outputs == 1 || is_byte(stride))
            && (taps == 1 || is_byte(dilation))
            && self.steps().into_iter().all(is_byte)
            && is_byte(self.positions())
    }
}

/// The product of a byte and of what is [`MAX_STEP`] at most, if it has 16 bits.
fn short_product(a: usize, b: usize) -> Option<usize> {
    let is_short = a <= 255 && b <= MAX_STEP && product(a, (b >> 4).wrapping_add(1)) < 1 << 12;
    is_short.then(|| product(a, b))
}

impl WindowTaps<'_> {
    /// Bytes of a copy of what is seen of a channel, a multiple of four.
    pub fn size(&self) -> usize {
        product(self.y.positions(), self.x.positions()).wrapping_add(BEHIND + 3) & !3
    }

    /// Elements of the image, of the output and of the stream, if they are not too many.
    pub fn lens(&self) -> Option<[usize; 3]> {
        let &Self { y, x, line, channels, units, .. } = self;
        let is_small = y.fits() && x.fits() && x.there != 0 && units <= MAX_UNITS && self.size() <= MAX_COPY;
        if !is_small || channels == 0 || units == 0 {
            return None;
        }
        let last_row = short_product(x.there, channels).filter(|&row| row <= line)?;
        let image = match y.there {
            0 => 0,
            rows => short_product(rows, line)?.wrapping_sub(line).wrapping_add(last_row),
        };
        let output = short_product(y.outputs, short_product(x.outputs, units)?)?;
        let unit = short_product(y.taps, x.taps)?.checked_add(STREAM_BIAS + STREAM_SCALE)?;
        Some([image, output, short_product(unit, units)?])
    }

    /// What an output of a unit sees, tap by tap.
    fn elements(&self, [row, column]: [usize; 2], unit: usize) -> impl Iterator<Item = i8> {
        let &Self { image, y, x, line, channels, units, padding } = self;
        let channel = product(unit, channels).checked_div(units).unwrap_or(0);
        let at = |side: Side, output: usize, tap: usize| {
            product(output, side.stride)
                .wrapping_add(product(tap, side.dilation))
                .wrapping_sub(side.before)
        };
        (0..y.taps).flat_map(move |i| (0..x.taps).map(move |j| [i, j])).map(move |[i, j]| {
            let (row, column) = (at(y, row, i), at(x, column, j));
            if row >= y.there || column >= x.there {
                return padding;
            }
            let at = product(row, line).wrapping_add(product(column, channels)).wrapping_add(channel);
            image.get(at).copied().unwrap_or(0)
        })
    }
}

/// The outputs of windows, whose units are one by one in the stream.
#[inline(always)]
pub fn windows(stream: Flash<'_, i8>, taps: &WindowTaps<'_>, output: &mut [i8], to: StreamOutput) {
    let terms = product(taps.y.taps, taps.x.taps);
    let len = terms.wrapping_add(STREAM_BIAS).wrapping_add(STREAM_SCALE);
    let pixels = (0..taps.y.outputs).flat_map(|row| (0..taps.x.outputs).map(move |column| [row, column]));
    let each = pixels.flat_map(|pixel| (0..taps.units).map(move |unit| (pixel, unit)));
    for (y, (pixel, number)) in output.iter_mut().zip(each) {
        let start = product(number, len);
        let weights = start.wrapping_add(STREAM_BIAS);
        let at = [start, weights, weights.wrapping_add(terms)];
        *y = unit(stream, at, 1, taps.elements(pixel, number), to);
    }
}
