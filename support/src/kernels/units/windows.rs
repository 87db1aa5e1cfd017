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
    units.is_multiple_of(channels) && window.sees(&[], most, 0).is_some_and(|taps| taps.sizes().is_some())
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

    /// What units see of these.
    #[inline(never)] // one copy serves a program
    fn sees<'a>(&self, image: &'a [i8], (y, line): Lines, padding: i8) -> Option<WindowTaps<'a>> {
        let Self { x, channels, units, .. } = *self;
        Some(WindowTaps { image, y: y.side()?, x: x.side()?, line, channels, units, padding })
    }

    /// Whether a copy of all that is seen of a channel is small.
    #[inline(never)] // its stack is free again
    fn is_small(&self) -> bool {
        let sizes = self.sees(&[], self.lines(), 0).and_then(|taps| taps.sizes());
        sizes.is_some_and(|sizes| sizes.copy <= MAX_COPY_OF_IMAGE)
    }
}

impl WindowUnits {
    /// Windows of any size: all of an image at once, if it is small and memory is not shared.
    #[inline(never)] // one copy for all layers
    pub(super) fn windows(&self, stream: Flash<'_, i8>, planes: Planes<'_, i8>) {
        let window = &self.window;
        match planes {
            Planes::Apart { input, output } if window.is_small() => {
                let (y, line) = window.lines();
                let len = product(product(window.x.output, window.units), y.output);
                for (image, output) in rows(input, product(line, y.input)).zip(rows_mut(output, len)) {
                    self.unit_by_unit(stream, (image, (y, line)), output);
                }
            }
            planes => {
                let mut lines = rows_of(window, planes);
                while let Some((image, rows, output)) = next_row(&mut lines) {
                    self.unit_by_unit(stream, (image, window.row(rows)), output);
                }
            }
        }
    }

    #[inline(never)] // one copy for all layers
    fn unit_by_unit(&self, stream: Flash<'_, i8>, (image, lines): (&[i8], Lines), output: &mut [i8]) {
        if let Some(taps) = self.window.sees(image, lines, self.padding) {
            windows(stream, &taps, output, self.output.of_stream());
            self.output.clamp(output);
        }
    }
}
