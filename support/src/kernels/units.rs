//! Layers whose constants are one stream, in the order in which they are read: fully connected ones, and convolutions,
//! depthwise or not. Outputs are [`Narrow`].

mod convolution;
mod windows;
mod windows_of_3x3;

#[allow(unused_imports)] // by the compiler
pub use self::windows::windows_fit;
use self::windows_of_3x3::spaced_images;
#[allow(unused_imports)] // by the compiler
pub use self::windows_of_3x3::{dilated_fit, plane_fits, rows_fit};
use super::blocks::clamp;
use super::planes::Planes;
use super::reach::Reach;
use super::requantization::{Narrow, Requantization};
use super::rows::rows;
use super::window::Window;
#[allow(unused_imports)] // by the compiler
pub use crate::inner::MAX_TERMS as MAX_ROW;
use crate::inner::flash::Flash;
use crate::inner::{
    MAX_ROWS, MAX_TERMS, RowLoop, RowOrder, StreamOutput, UnitWindows, plane_of_3x3, plane_of_3x3_of_bytes,
    rows_of_3x3, rows_of_3x3_by_two,
};

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
    p.plane(stream, planes, p.padding, plane_of_3x3);
}

/// The same where the input lies as bytes without a sign, each more by 128, and the zero point of the output is -128. The
/// biases have lost what the first [`FIRST_TURNED`](crate::inner::FIRST_TURNED) taps sum up beyond those of
/// [`conv_2d_3x3_units_s8`].
#[cfg_attr(not(debug_assertions), inline)]
pub fn conv_2d_3x3_units_of_bytes_s8(p: &WindowUnits, stream: Flash<'_, i8>, planes: Planes<'_, i8>) {
    p.plane(stream, planes, p.padding ^ i8::MIN, plane_of_3x3_of_bytes);
}

/// As [`depthwise_conv_2d_multiplier_s8`](super::depthwise_conv_2d::depthwise_conv_2d_multiplier_s8), if its [`windows_fit`].
#[cfg_attr(not(debug_assertions), inline)]
pub fn depthwise_conv_2d_units_s8(p: &WindowUnits, stream: Flash<'_, i8>, planes: Planes<'_, i8>) {
    p.windows(stream, planes);
}

/// The same for dilated windows of 3x3, if [`dilated_fit`]: images that lie between each other, unless memory is shared.
#[cfg_attr(not(debug_assertions), inline(always))] // most of it is known, and it is short
pub fn depthwise_conv_2d_3x3_dilated_units_s8(
    p: &WindowUnits,
    stream: Flash<'_, i8>,
    planes: Planes<'_, i8>,
) {
    match (p.dilated(), planes) {
        (Some(taps), Planes::Apart { input, output }) => {
            let mut loops = RowLoop::new(taps, RowOrder::default(), p.output.of_stream());
            spaced_images(&mut loops, &p.window, stream, input, &mut *output);
            p.output.clamp(output);
        }
        (_, planes) => p.windows(stream, planes),
    }
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

#[cfg(test)]
mod tests;
