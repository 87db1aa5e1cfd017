//! Layers whose constants are one stream, in the order in which they are read: fully connected ones, and convolutions,
//! depthwise or not. Outputs are [`Narrow`].
//!
//! What a window sees is a list of runs, on the image and on the padding, made once for each pixel, so that the loop over
//! them knows of no border. Depthwise windows see one channel: rows of it, or a copy with the padding around it.

use super::blocks::{clamp, next_row};
use super::planes::Planes;
use super::reach::Reach;
use super::requantization::{Narrow, Requantization};
use super::rows::{rows, rows_mut};
use super::window::{Axis, Taps, Window};
#[allow(unused_imports)] // by the compiler
pub use crate::inner::MAX_ROW;
use crate::inner::flash::Flash;
use crate::inner::{
    MAX_RUN, PADDING, RowTaps, Runs, Side, StreamOutput, WindowTaps, product, rows_of_3x3,
    rows_of_3x3_by_two, units_of_row, units_of_runs, windows,
};

/// Runs of a window, and the end of the list.
const RUNS_OF_WINDOW: usize = 26;

/// What windows of a row see: the image from the first row that they do, and the padding.
type Row<'a> = (&'a [i8], Taps, &'a [i8; PADDING]);

type Seen<'a> = Runs<'a, RUNS_OF_WINDOW>;

/// Shape and range of a layer whose every row of inputs, or pixel, becomes a row of outputs.
#[derive(Clone, Copy, Debug)]
pub struct RowUnits {
    /// Elements of one row of the input, [`MAX_ROW`] at most.
    pub depth: usize,
    /// Elements of one row of the output.
    pub units: usize,
    /// Range of the output.
    pub output: Narrow,
}

/// Shape and range of a convolution that [`fits`], or of a depthwise one whose [`windows_fit`].
#[derive(Clone, Copy, Debug)]
pub struct WindowUnits {
    /// How the window moves. Its columns are neighbours in the image, if it is not depthwise.
    pub window: Window,
    /// Zero point of the input, which the padding holds.
    pub padding: i8,
    /// Range of the output.
    pub output: Narrow,
}

impl RowUnits {
    /// How far an output of so many elements may be laid over the input.
    pub const fn reach(&self, output_len: usize) -> Reach {
        Reach::of_runs_in(output_len, self.depth, self.units)
    }
}

impl WindowUnits {
    /// How far an output of so many elements may be laid over the input.
    pub const fn reach(&self, output_len: usize) -> Reach {
        self.window.reach(output_len)
    }
}

/// Whether what a window of `[rows, columns]` sees of so many channels is not too many runs, wherever it lies.
#[allow(dead_code)] // by the compiler
pub fn fits([y, x]: [usize; 2], channels: usize) -> bool {
    let runs = |elements: usize| elements.div_ceil(MAX_RUN);
    let padding = |elements: usize| elements.div_ceil(MAX_RUN + 1 - PADDING);
    let row = x.saturating_mul(channels);
    // Each row on the image, what lies before it, and what lies behind the last; all padding may be in one piece.
    let inside = runs(row).saturating_mul(y);
    let outside = y.saturating_add(1).saturating_mul(2).saturating_add(padding(row.saturating_mul(y)));
    inside.saturating_add(outside) < RUNS_OF_WINDOW
}

/// Whether a depthwise convolution with such a window can be done a unit at a time.
#[allow(dead_code)] // by the compiler
pub fn windows_fit(window: &Window) -> bool {
    let Window { y, channels, units, .. } = *window;
    let most = window.row(Taps { before: 0, inside: y.taps, first: 0 });
    units.is_multiple_of(channels) && window.sees(&[], most, 0).is_some_and(|taps| taps.sizes().is_some())
}

/// Whether a depthwise convolution with such a window and so many bits that are dropped can be done a row of one channel at
/// a time.
#[allow(dead_code)] // by the compiler
pub fn rows_fit(window: &Window, bits: u32) -> bool {
    let Window { y, x, channels, units } = *window;
    // One row at most is padding.
    let end = y.output.saturating_sub(1).saturating_mul(y.stride).saturating_add(3);
    let inside = y.pad <= 1 && y.input >= 2 && end <= y.input.saturating_add(y.pad).saturating_add(1);
    let is_3x3 = [x.taps, x.dilation, y.taps, y.dilation] == [3, 1, 3, 1];
    is_3x3 && inside && x.pad <= 1 && units == channels && bits <= 32 && window.taps(y.output).fits()
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

impl Window {
    /// What so many rows of windows of 3x3 see.
    fn taps(&self, rows: usize) -> RowTaps<'static> {
        let Window { x, channels, .. } = *self;
        let (first, last, padding) = (false, false, 0);
        let Axis { input: columns, output: outputs, stride, pad, .. } = x;
        RowTaps { image: &[], columns, outputs, stride, left: pad != 0, channels, rows, first, last, padding }
    }
}

impl Narrow {
    #[inline(always)]
    fn of_stream(self) -> StreamOutput {
        StreamOutput::new(self.bits, self.zero_point)
    }

    /// Streams know the limits of eight bits only.
    #[inline(always)]
    fn clamp(self, output: &mut [i8]) {
        let Self { zero_point, least, greatest, .. } = self;
        clamp(Requantization { zero_point, least, greatest }, output);
    }
}

/// As [`fully_connected_s8`](super::fully_connected::fully_connected_s8).
#[cfg_attr(not(debug_assertions), inline(always))] // most of it is known, and it is short
pub fn fully_connected_units_s8(p: &RowUnits, stream: Flash<'_, i8>, planes: Planes<'_, i8>) {
    let mut all = planes.runs(p.depth, p.units);
    while let Some((input, output)) = all.next() {
        for (input, output) in rows(input, p.depth).zip(rows_mut(output, p.units)) {
            units_of_row(stream, input, output, p.output.of_stream());
            p.output.clamp(output);
        }
    }
}

/// As [`conv_2d_contiguous_s8`](super::conv_2d::conv_2d_contiguous_s8).
#[cfg_attr(not(debug_assertions), inline)]
pub fn conv_2d_units_s8(p: &WindowUnits, stream: Flash<'_, i8>, planes: Planes<'_, i8>) {
    p.convolve(stream, planes);
}

/// As [`depthwise_conv_2d_multiplier_s8`](super::depthwise_conv_2d::depthwise_conv_2d_multiplier_s8), if its [`windows_fit`].
#[cfg_attr(not(debug_assertions), inline)]
pub fn depthwise_conv_2d_units_s8(p: &WindowUnits, stream: Flash<'_, i8>, planes: Planes<'_, i8>) {
    p.windows(stream, planes);
}

/// As [`depthwise_conv_2d_s8`](super::depthwise_conv_2d::depthwise_conv_2d_s8), if its [`rows_fit`].
#[cfg_attr(not(debug_assertions), inline)]
pub fn depthwise_conv_2d_3x3_units_s8(p: &WindowUnits, stream: Flash<'_, i8>, planes: Planes<'_, i8>) {
    p.rows_of_channels::<1>(stream, planes);
}

/// The same for windows two columns apart.
#[cfg_attr(not(debug_assertions), inline)]
pub fn depthwise_conv_2d_3x3_stride_2_units_s8(
    p: &WindowUnits,
    stream: Flash<'_, i8>,
    planes: Planes<'_, i8>,
) {
    p.rows_of_channels::<2>(stream, planes);
}

impl WindowUnits {
    /// Rows of windows of 3x3: all of an image at once, if memory is not shared.
    #[inline(always)]
    fn rows_of_channels<const STRIDE: usize>(&self, stream: Flash<'_, i8>, planes: Planes<'_, i8>) {
        match planes {
            Planes::Apart { input, output } if self.window.y.stride == self.window.x.stride => {
                self.image_by_image::<STRIDE>(stream, input, output);
            }
            _ => self.row_by_row::<STRIDE>(stream, planes),
        }
    }

    #[inline(never)] // one copy for all layers
    fn row_by_row<const STRIDE: usize>(&self, stream: Flash<'_, i8>, planes: Planes<'_, i8>) {
        let mut lines = self.window.rows(planes);
        while let Some((image, rows, output)) = next_row(&mut lines) {
            let (first, last) = (rows.before != 0, rows.before.wrapping_add(rows.inside) < 3);
            let taps = RowTaps { image, first, last, padding: self.padding, ..self.window.taps(1) };
            self.rows_of_3x3::<STRIDE>(stream, &taps, output);
        }
    }

    #[inline(never)] // one copy for all layers
    fn image_by_image<const STRIDE: usize>(&self, stream: Flash<'_, i8>, input: &[i8], output: &mut [i8]) {
        let Axis { input: height, pad, stride, output: count, .. } = self.window.y;
        let end = product(count.wrapping_sub(1), stride).wrapping_add(3).wrapping_sub(pad);
        let (first, last, padding) = (pad != 0, end > height, self.padding);
        let taps = RowTaps { first, last, padding, ..self.window.taps(count) };
        let image = product(product(taps.columns, taps.channels), height);
        let outputs = rows_mut(output, product(product(taps.outputs, taps.channels), count));
        for (image, output) in rows(input, image).zip(outputs) {
            self.rows_of_3x3::<STRIDE>(stream, &RowTaps { image, ..taps }, output);
        }
    }

    /// Rows one column apart or two.
    #[inline(always)]
    fn rows_of_3x3<const STRIDE: usize>(&self, stream: Flash<'_, i8>, taps: &RowTaps<'_>, output: &mut [i8]) {
        match STRIDE {
            1 => rows_of_3x3(stream, taps, output, self.output.of_stream()),
            _ => rows_of_3x3_by_two(stream, taps, output, self.output.of_stream()),
        }
        self.output.clamp(output);
    }

    /// Windows of any size: all of an image at once, if it is small and memory is not shared.
    #[inline(never)] // one copy for all layers
    fn windows(&self, stream: Flash<'_, i8>, planes: Planes<'_, i8>) {
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
                let mut lines = window.rows(planes);
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

    #[inline(never)] // one copy for all layers
    fn convolve(&self, stream: Flash<'_, i8>, planes: Planes<'_, i8>) {
        let padding = [self.padding; PADDING];
        let mut lines = self.window.rows(planes);
        while let Some((image, rows, output)) = next_row(&mut lines) {
            let mut seen = Runs::none();
            self.row(stream, (image, rows, &padding), output, &mut seen);
            self.output.clamp(output);
        }
    }

    /// One row of the output.
    #[inline(never)] // what it keeps in registers is enough
    fn row<'a>(&self, stream: Flash<'_, i8>, all: Row<'a>, output: &mut [i8], seen: &mut Seen<'a>) {
        let to = self.output.of_stream();
        let Axis { taps, stride, .. } = self.window.x;
        let step = product(stride, self.window.channels);
        let mut was_inside = false;
        for (columns, output) in self.window.x.outputs().zip(rows_mut(output, self.window.units)) {
            let is_inside = columns.inside == taps;
            if !(is_inside && was_inside && seen.advance(step)) {
                self.see(all, columns, seen);
            }
            was_inside = is_inside;
            units_of_runs(stream, seen, output, to);
        }
    }

    /// What a window sees.
    #[inline(never)] // what it keeps in registers is enough
    fn see<'a>(&self, (image, rows, padding): Row<'a>, columns: Taps, seen: &mut Seen<'a>) {
        let Window { y, x, channels, .. } = self.window;
        seen.clear();
        let all = product(x.taps, channels);
        let inside = product(columns.inside, channels);
        // From what is on the image of one row to what is of the next, and before and behind all of it.
        let between = all.wrapping_sub(inside);
        let mut outside = product(rows.before, all).wrapping_add(product(columns.before, channels));
        let mut left = product(y.taps, all);
        if inside != 0 {
            let line = product(product(x.input, channels), y.dilation);
            let mut at = product(columns.first, channels);
            for _ in 0..rows.inside {
                if outside != 0 {
                    seen.repeat(padding, outside);
                }
                seen.push(image.get(at..).unwrap_or(&[]), inside);
                left = left.wrapping_sub(outside).wrapping_sub(inside);
                outside = between;
                at = at.wrapping_add(line);
            }
        }
        if left != 0 {
            seen.repeat(padding, left);
        }
    }
}
