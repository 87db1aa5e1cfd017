//! Windows that see a channel each, one unit at a time: the constants are a stream as in [`super::units_of_runs`], whose
//! units are all one by one.

use super::units::unit;
use super::{MAX_UNITS, STREAM_BIAS, STREAM_SCALE, StreamOutput};
use crate::inner::flash::Flash;
use crate::inner::product;

/// Most bytes that a copy of what windows see of a channel may ever have.
pub const MAX_COPY: usize = 512;

/// Bytes behind a copy, for windows that are done beside the last ones.
const BEHIND: usize = 6;

/// Rows or columns of windows on a part of an image.
#[derive(Clone, Copy, Debug)]
pub struct Side {
    /// Positions of the image.
    pub there: u8,
    /// Positions of padding before them.
    pub before: u8,
    /// Taps of a window.
    pub taps: u8,
    /// From one tap to the next.
    pub dilation: u8,
    /// From one window to the next.
    pub stride: u8,
    /// Windows.
    pub outputs: u8,
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
    /// Most bytes of a copy of what is seen of a channel.
    pub most: usize,
}

/// Elements that a loop over windows reads and writes.
#[derive(Clone, Copy, Debug)]
#[allow(dead_code)] // by assembly
pub struct WindowSizes {
    /// Of the image.
    pub image: usize,
    /// Of the output.
    pub output: usize,
    /// Of the stream.
    pub stream: usize,
    /// Of a copy of what is seen of a channel, [`MAX_COPY`] at most and a multiple of four.
    pub copy: usize,
    /// Of a row of it.
    pub width: usize,
}

impl Side {
    /// Positions of the image and the padding that windows see, and all of the image, if there are 255 at most and windows
    /// to see them.
    #[inline(never)] // one copy serves a program
    fn positions(&self) -> Option<u8> {
        let &Self { there, before, taps, dilation, stride, outputs } = self;
        let windows = product(outputs.checked_sub(1)?.into(), stride.into());
        let window = product(taps.checked_sub(1)?.into(), dilation.into());
        let seen = u8::try_from(windows).ok()?.checked_add(u8::try_from(window).ok()?)?.checked_add(1)?;
        Some(seen.max(before.checked_add(there)?))
    }
}

/// A product, if it has 16 bits.
#[inline(never)] // one copy serves a program
fn short_product(a: u8, b: usize) -> Option<usize> {
    let [low, high] = u16::try_from(b).ok()?.to_le_bytes();
    let upper = u8::try_from(product(a.into(), high.into())).ok()?;
    let lower = product(a.into(), low.into()) as u16;
    u16::from_le_bytes([0, upper]).checked_add(lower).map(usize::from)
}

impl WindowTaps<'_> {
    /// What is read and written, if it is not too much.
    #[inline(never)] // one copy serves a program
    pub fn sizes(&self) -> Option<WindowSizes> {
        let &Self { y, x, line, channels, units, most, .. } = self;
        let (height, width) = (y.positions()?, x.positions()?.into());
        let copy = short_product(height, width)?.checked_add(BEHIND + 3)? & !3;
        if copy > most.min(MAX_COPY) || x.there == 0 || channels == 0 || units == 0 || units > MAX_UNITS {
            return None;
        }
        let row = short_product(x.there, channels).filter(|&row| row <= line)?;
        let image = match y.there.checked_sub(1) {
            Some(before) => short_product(before, line)?.checked_add(row)?,
            None => 0,
        };
        let output = short_product(y.outputs, short_product(x.outputs, units)?)?;
        let unit = short_product(y.taps, x.taps.into())?.checked_add(STREAM_BIAS + STREAM_SCALE)?;
        let stream = short_product(u8::try_from(unit).ok()?, units)?;
        Some(WindowSizes { image, output, stream, copy, width })
    }

    /// What an output of a unit sees, tap by tap.
    fn elements(&self, [row, column]: [usize; 2], unit: usize) -> impl Iterator<Item = i8> {
        let &Self { image, y, x, line, channels, units, padding, .. } = self;
        let channel = product(unit, channels).checked_div(units).unwrap_or(0);
        let at = |side: Side, output: usize, tap: usize| {
            let position = product(output, side.stride.into());
            position.wrapping_add(product(tap, side.dilation.into())).wrapping_sub(side.before.into())
        };
        let taps = (0..y.taps).flat_map(move |i| (0..x.taps).map(move |j| [i.into(), j.into()]));
        taps.map(move |[i, j]| {
            let (row, column) = (at(y, row, i), at(x, column, j));
            if row >= usize::from(y.there) || column >= usize::from(x.there) {
                return padding;
            }
            let at = product(row, line).wrapping_add(product(column, channels)).wrapping_add(channel);
            image.get(at).copied().unwrap_or(0)
        })
    }
}

/// The outputs of windows, whose units are one by one in the stream. Whether that is not too much.
#[inline(always)]
pub fn windows(stream: Flash<'_, i8>, taps: &WindowTaps<'_>, output: &mut [i8], to: StreamOutput) -> bool {
    if taps.sizes().is_none() {
        return false;
    }
    let (rows, columns) = (usize::from(taps.y.outputs), usize::from(taps.x.outputs));
    let terms = product(taps.y.taps.into(), taps.x.taps.into());
    let len = terms.wrapping_add(STREAM_BIAS).wrapping_add(STREAM_SCALE);
    let pixels = (0..rows).flat_map(|row| (0..columns).map(move |column| [row, column]));
    let each = pixels.flat_map(|pixel| (0..taps.units).map(move |unit| (pixel, unit)));
    for (y, (pixel, number)) in output.iter_mut().zip(each) {
        let start = product(number, len);
        let weights = start.wrapping_add(STREAM_BIAS);
        let at = [start, weights, weights.wrapping_add(terms)];
        *y = unit(stream, at, 1, taps.elements(pixel, number), to);
    }
    true
}
