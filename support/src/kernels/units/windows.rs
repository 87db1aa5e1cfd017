//! Depthwise convolutions with windows of any size, a unit at a time.

use super::super::blocks::{next_row, rows_of};
use super::super::planes::Planes;
use super::super::rows::{rows, rows_mut};
use super::super::window::{Axis, Taps, Window};
use super::WindowUnits;
use crate::inner::flash::Flash;
use crate::inner::{Side, WindowTaps, product, windows};

/// Whether a depthwise convolution with such a window can be done a unit at a time.
#[allow(dead_code)] // by the compiler
pub fn windows_fit(window: &Window) -> bool {
    let Window { y, channels, units, .. } = *window;
    let most = window.row(Taps { before: 0, inside: y.taps, first: 0 });
    units.is_multiple_of(channels)
        && window.sees((&[], most), 0, usize::MAX).is_some_and(|taps| taps.sizes().is_some())
}

/// Most bytes of a copy for all rows of an image.
const MAX_COPY_OF_IMAGE: usize = 256;

impl Axis {
    fn side(self) -> Option<Side> {
        let Self { input, pad, taps, dilation, stride, output } = self;
        let byte = |n: usize| u8::try_from(n).ok();
        let (there, before, taps, outputs) = (byte(input)?, byte(pad)?, byte(taps)?, byte(output)?);
        Some(Side { there, before, taps, dilation: byte(dilation)?, stride: byte(stride)?, outputs })
    }
}

/// Rows of an image, and elements from one that is seen to the next.
type Lines = (Axis, usize);

/// An image and those of its rows that are seen.
type Seen<'a> = (&'a [i8], Lines);

impl Window {
    /// Those on which these taps of a row of outputs lie.
    #[inline(always)]
    fn row(&self, taps: Taps) -> Lines {
        let (y, line) = self.lines();
        let row = Axis { input: taps.inside, pad: taps.before, dilation: 1, stride: 1, output: 1, ..y };
        (row, product(line, y.dilation))
    }

    /// All.
    #[inline(always)]
    fn lines(&self) -> Lines {
        (self.y, product(self.channels, self.x.input))
    }

    /// What units see of these, if it is so much of a channel at most.
    #[inline(never)] // one copy serves a program
    fn sees<'a>(&self, (image, (y, line)): Seen<'a>, padding: i8, most: usize) -> Option<WindowTaps<'a>> {
        let Self { x, channels, units, .. } = *self;
        Some(WindowTaps { image, y: y.side()?, x: x.side()?, line, channels, units, padding, most })
    }
}

impl WindowUnits {
    /// Windows of any size: all of an image at once, if it is small and memory is not shared.
    #[inline(never)] // one copy for all layers
    pub(super) fn windows(&self, stream: Flash<'_, i8>, mut planes: Planes<'_, i8>) {
        let window = &self.window;
        if let Planes::Apart { input, output } = &mut planes
            && self.images(stream, input, output)
        {
            return;
        }
        let mut lines = rows_of(window, planes);
        while let Some((image, rows, output)) = next_row(&mut lines) {
            self.unit_by_unit(stream, (image, window.row(rows)), output, usize::MAX);
        }
    }

    /// All of an image at once, if it is small. Whether it was.
    #[inline(always)]
    fn images(&self, stream: Flash<'_, i8>, input: &[i8], output: &mut [i8]) -> bool {
        let window = &self.window;
        let (y, line) = window.lines();
        let len = product(product(window.x.output, window.units), y.output);
        let mut images = rows(input, product(line, y.input)).zip(rows_mut(output, len));
        images.all(|(image, output)| self.unit_by_unit(stream, (image, (y, line)), output, MAX_COPY_OF_IMAGE))
    }

    /// Whether it is not too much.
    #[inline(never)] // one copy for all layers
    fn unit_by_unit(&self, stream: Flash<'_, i8>, seen: Seen<'_>, output: &mut [i8], most: usize) -> bool {
        let taps = self.window.sees(seen, self.padding, most);
        let is_done = taps.is_some_and(|taps| windows(stream, &taps, output, self.output.of_stream()));
        if is_done {
            self.output.clamp(output);
        }
        is_done
    }
}
