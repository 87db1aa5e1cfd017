//! Depthwise convolutions with a window of 3 × 3, a row at a time.

use super::blocks::clamp;
use super::planes::Planes;
use super::requantization::Requantization;
use super::window::{Taps, Window};
use crate::inner::flash::Flash;
use crate::inner::{Row3x3, Rows3, depthwise_row_3x3};

/// Shape and range of a depthwise convolution with a window of 3 × 3 that has padding on one side of a row and of a
/// column at most, and moves by `STRIDE` in both directions. `TIES` tells whether it matters how sums
/// halfway between negative outputs are rounded.
#[derive(Clone, Copy, Debug)]
pub struct DepthwiseConv2d3x3<const STRIDE: usize, const TIES: bool> {
    /// How the window moves.
    pub window: Window,
    /// Zero point of the input, which the padding holds.
    pub padding: i8,
    /// Range of the output.
    pub output: Requantization,
}

/// As [`depthwise_conv_2d_s8`](super::depthwise_conv_2d::depthwise_conv_2d_s8).
#[cfg_attr(not(debug_assertions), inline)]
pub fn depthwise_conv_2d_3x3_s8<const STRIDE: usize, const TIES: bool>(
    p: &DepthwiseConv2d3x3<STRIDE, TIES>,
    constants: Flash<'_, i32>,
    planes: Planes<'_, i8>,
) {
    let row = Row3x3 {
        channels: p.window.channels,
        width: p.window.x.input,
        outputs: p.window.x.output,
        left: p.window.x.pad > 0,
        padding: p.padding,
        zero_point: p.output.zero_point,
    };
    p.window.each_row(planes, |image, rows, output| {
        let rows = match rows {
            Taps { inside: 3, .. } => Rows3::All,
            Taps { before: 0, .. } => Rows3::Upper,
            _ => Rows3::Lower,
        };
        depthwise_row_3x3::<STRIDE, TIES>(&row, rows, constants, image, output);
        clamp(p.output, output);
    });
}
