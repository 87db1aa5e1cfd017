//! Layers whose constants are one stream, in the order in which they are read: fully connected ones, and convolutions,
//! depthwise or not. Outputs are [`Narrow`].

mod convolution;
mod windows;

#[allow(unused_imports)] // by the compiler
pub use self::windows::windows_fit;
use super::blocks::clamp;
use super::planes::{Overlap, Planes};
use super::reach::Reach;
use super::requantization::{Narrow, Requantization};
use super::rows::{rows, rows_mut};
use super::window::Window;
#[allow(unused_imports)] // by the compiler
pub use crate::inner::MAX_TERMS as MAX_ROW;
use crate::inner::flash::Flash;
use crate::inner::{
    MAX_ROWS, MAX_TERMS, RowMemory, RowTaps, StreamOutput, UnitWindows, known_product, plane_of_3x3,
    rows_of_3x3, rows_of_3x3_by_two,
};

/// Most elements of an image, and of what becomes of it, where addresses have 16 bits.
const MAX_IMAGE: usize = u16::MAX as usize;

/// The loops over rows of windows of 3x3, one of [`plane_of_3x3`], [`rows_of_3x3`] and [`rows_of_3x3_by_two`]: only those that
/// are named are part of a program.
type RowsOf3x3 = fn(Flash<'_, i8>, &RowTaps, RowMemory<'_>, StreamOutput);

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

/// Whether a window of `[rows, columns]` does not see too much of so many channels.
#[allow(dead_code)] // by the compiler
pub fn fits([y, x]: [usize; 2], channels: usize) -> bool {
    y <= MAX_ROWS && y.saturating_mul(x).saturating_mul(channels) <= MAX_TERMS
}

/// Whether a depthwise convolution with such a window and so many bits that are dropped can be done a row of one channel at
/// a time.
#[allow(dead_code)] // by the compiler
pub fn rows_fit(window: &Window, bits: u32) -> bool {
    is_3x3(window, bits) && window.taps(0).fits()
}

/// Whether a convolution of one channel with such a window can be done so.
#[allow(dead_code)] // by the compiler
pub fn plane_fits(window: &Window, bits: u32) -> bool {
    is_3x3(window, bits) && window.taps(0).fits_plane()
}

/// Whether windows are 3x3, with little padding, and so many bits are what the loops drop.
#[allow(dead_code)] // by the compiler
fn is_3x3(window: &Window, bits: u32) -> bool {
    let Window { y, x, channels, units } = *window;
    // One row at most is padding.
    let end = y.output.saturating_sub(1).saturating_mul(y.stride).saturating_add(3);
    let inside = y.pad <= 1 && y.input >= 2 && end <= y.input.saturating_add(y.pad).saturating_add(1);
    let is_3x3 = [x.taps, x.dilation, y.taps, y.dilation] == [3, 1, 3, 1];
    let in_bytes =
        [x.input, x.output, x.stride, y.output, y.stride, channels, units].iter().max() <= Some(&255);
    let has_multiplier = units.checked_rem(channels) == Some(0);
    let in_memory = in_bytes && window.taps(0).holds([MAX_IMAGE; 2]);
    is_3x3 && inside && x.pad <= 1 && has_multiplier && bits <= 32 && in_memory
}

impl Window {
    /// What windows of 3x3 see, if their [`rows_fit`].
    #[inline(always)]
    fn taps(&self, padding: i8) -> RowTaps {
        let Window { y, x, channels, units } = *self;
        let [columns, outputs, stride] = [x.input, x.output, x.stride].map(|x| x as u8);
        let [rows, step, channels] = [y.output, y.stride, channels].map(|x| x as u8);
        let end = known_product(y.output.wrapping_sub(1), y.stride).wrapping_add(3).wrapping_sub(y.pad);
        let (left, first, last) = (x.pad != 0, y.pad != 0, end > y.input);
        let multiplier = quotient(units as u8, channels);
        RowTaps { columns, outputs, stride, left, channels, multiplier, rows, step, first, last, padding }
    }

    /// Elements of an image and of its output.
    #[inline(always)]
    fn lens(&self) -> [usize; 2] {
        let Self { y, x, channels, units } = *self;
        let len = |y, x, depth| known_product(known_product(x, depth), y);
        [len(y.input, x.input, channels), len(y.output, x.output, units)]
    }
}

/// Of small numbers, without a division, which takes long where no instruction does it.
#[inline(always)]
fn quotient(mut a: u8, b: u8) -> u8 {
    let mut quotient = 0u8;
    while b != 0 && a >= b {
        a = a.wrapping_sub(b);
        quotient = quotient.wrapping_add(1);
    }
    quotient
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

/// Images whose rows of windows of 3x3 are done one after the other.
struct Images {
    of_image: RowsOf3x3,
    taps: RowTaps,
    to: StreamOutput,
    /// Elements of an image and of its output.
    lens: [usize; 2],
}

impl Images {
    #[inline(never)] // one copy for all layers
    fn apart(&self, stream: Flash<'_, i8>, input: &[i8], output: &mut [i8]) {
        apart(self.lens, input, output, |memory| (self.of_image)(stream, &self.taps, memory, self.to));
    }

    #[inline(never)] // one copy for all layers
    fn shared(&self, stream: Flash<'_, i8>, memory: &mut [i8], overlap: Overlap) {
        shared(self.lens, memory, overlap, |memory| (self.of_image)(stream, &self.taps, memory, self.to));
    }
}

/// Each image that becomes an output of its own, of so many elements.
#[inline(always)]
fn apart(
    [inputs, outputs]: [usize; 2],
    input: &[i8],
    output: &mut [i8],
    mut each: impl FnMut(RowMemory<'_>),
) {
    for (image, output) in rows(input, inputs).zip(rows_mut(output, outputs)) {
        each(RowMemory::Apart { image, output });
    }
}

/// The same in memory that both share.
#[inline(always)]
fn shared(
    [inputs, outputs]: [usize; 2],
    memory: &mut [i8],
    overlap: Overlap,
    mut each: impl FnMut(RowMemory<'_>),
) {
    let Overlap { input: mut image, mut output, input_len, output_len } = overlap;
    let backward = overlap.is_backward();
    let [mut to_image, mut to_output] = [inputs, outputs];
    if backward {
        // The last image comes first.
        image = image.wrapping_add(input_len).wrapping_sub(inputs);
        output = output.wrapping_add(output_len).wrapping_sub(outputs);
        [to_image, to_output] = [inputs.wrapping_neg(), outputs.wrapping_neg()];
    }
    let mut left = output_len;
    while left >= outputs && left != 0 {
        each(RowMemory::Shared { memory: &mut *memory, image, output, backward });
        image = image.wrapping_add(to_image);
        output = output.wrapping_add(to_output);
        left = left.wrapping_sub(outputs);
    }
}

/// As [`fully_connected_s8`](super::fully_connected::fully_connected_s8).
#[cfg_attr(not(debug_assertions), inline(always))] // most of it is known, and it is short
pub fn fully_connected_units_s8(p: &RowUnits, stream: Flash<'_, i8>, planes: Planes<'_, i8>) {
    let mut all = planes.runs(p.depth, p.units);
    let mut units = UnitWindows::new(stream, p.units, p.output.of_stream());
    units.see_rows(p.depth);
    while let Some((input, output)) = all.next() {
        let windows = rows(input, p.depth).zip(rows(output, p.units)).count();
        units.outputs(input, windows, output);
        p.output.clamp(output);
    }
}

/// As [`conv_2d_contiguous_s8`](super::conv_2d::conv_2d_contiguous_s8).
#[cfg_attr(not(debug_assertions), inline)]
pub fn conv_2d_units_s8(p: &WindowUnits, stream: Flash<'_, i8>, planes: Planes<'_, i8>) {
    p.convolve(stream, planes);
}

/// The same for windows of 3x3 on one channel, if [`plane_fits`].
#[cfg_attr(not(debug_assertions), inline)]
pub fn conv_2d_3x3_units_s8(p: &WindowUnits, stream: Flash<'_, i8>, planes: Planes<'_, i8>) {
    p.plane(stream, planes);
}

/// As [`depthwise_conv_2d_multiplier_s8`](super::depthwise_conv_2d::depthwise_conv_2d_multiplier_s8), if its [`windows_fit`].
#[cfg_attr(not(debug_assertions), inline)]
pub fn depthwise_conv_2d_units_s8(p: &WindowUnits, stream: Flash<'_, i8>, planes: Planes<'_, i8>) {
    p.windows(stream, planes);
}

/// As [`depthwise_conv_2d_s8`](super::depthwise_conv_2d::depthwise_conv_2d_s8), if its [`rows_fit`].
#[cfg_attr(not(debug_assertions), inline)]
pub fn depthwise_conv_2d_3x3_units_s8(p: &WindowUnits, stream: Flash<'_, i8>, planes: Planes<'_, i8>) {
    p.rows_of_channels(rows_of_3x3, stream, planes);
}

/// The same for windows two columns apart.
#[cfg_attr(not(debug_assertions), inline)]
pub fn depthwise_conv_2d_3x3_stride_2_units_s8(
    p: &WindowUnits,
    stream: Flash<'_, i8>,
    planes: Planes<'_, i8>,
) {
    p.rows_of_channels(rows_of_3x3_by_two, stream, planes);
}

impl WindowUnits {
    /// Windows of 3x3 on one channel.
    #[inline(always)] // what is known of a layer is worked out while its program is compiled
    fn plane(&self, stream: Flash<'_, i8>, planes: Planes<'_, i8>) {
        let (taps, to, lens) = (self.window.taps(self.padding), self.output.of_stream(), self.window.lens());
        let each = |memory: RowMemory<'_>| plane_of_3x3(stream, &taps, memory, to);
        self.clamped(planes, |planes| match planes {
            Planes::Apart { input, output } => apart(lens, input, output, each),
            Planes::Overlapped { memory, overlap } => shared(lens, memory, overlap, each),
        });
    }

    /// Rows of windows of 3x3.
    #[inline(always)] // what is known of a layer is worked out while its program is compiled
    fn rows_of_channels(&self, of_image: RowsOf3x3, stream: Flash<'_, i8>, planes: Planes<'_, i8>) {
        let (taps, to) = (self.window.taps(self.padding), self.output.of_stream());
        let images = Images { of_image, taps, to, lens: self.window.lens() };
        self.clamped(planes, |planes| match planes {
            Planes::Apart { input, output } => images.apart(stream, input, output),
            Planes::Overlapped { memory, overlap } => images.shared(stream, memory, overlap),
        });
    }

    /// Has all outputs written, and limits them.
    #[inline(always)]
    fn clamped(&self, planes: Planes<'_, i8>, write: impl FnOnce(Planes<'_, i8>)) {
        match planes {
            Planes::Apart { input, output } => {
                write(Planes::apart(input, &mut *output));
                self.output.clamp(output);
            }
            Planes::Overlapped { memory, overlap } => {
                write(Planes::overlapped(&mut *memory, overlap));
                let output = overlap.output..overlap.output.wrapping_add(overlap.output_len);
                self.output.clamp(memory.get_mut(output).unwrap_or(&mut []));
            }
        }
    }
}

#[cfg(test)]
mod tests;
