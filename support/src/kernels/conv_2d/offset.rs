//! Convolutions whose weights have a zero point.

use super::{Conv2d, FullyConnectedOffset, convolve};
use crate::inner::flash::Flash;
use crate::inner::{dot_s8, product};
use crate::kernels::fully_connected::fully_connected_offset_s8;
use crate::kernels::planes::Planes;
use crate::kernels::reach::Reach;
use crate::kernels::requantization::{Full, Units};
use crate::kernels::window::Taps;

/// A convolution with one group whose weights have a zero point.
#[derive(Clone, Copy, Debug)]
pub struct Conv2dOffset {
    /// Shape and range.
    pub layer: Conv2d,
    /// Zero point of the weights.
    pub weight_zero_point: i32,
}

impl Conv2dOffset {
    /// How far an output of so many elements may be laid over the input.
    pub const fn reach(&self, output_len: usize) -> Reach {
        self.layer.window.reach(output_len)
    }
}

/// The same as [`conv_2d_1x1_s8`](super::conv_2d_1x1_s8) with a zero point of the weights.
#[cfg_attr(not(debug_assertions), inline)]
pub fn conv_2d_1x1_offset_s8(
    p: &FullyConnectedOffset,
    weights: Flash<'_, i8>,
    bias: Flash<'_, i32>,
    multipliers: Flash<'_, i32>,
    shifts: Flash<'_, i8>,
    planes: Planes<'_, i8>,
) {
    fully_connected_offset_s8(p, weights, bias, multipliers, shifts, planes);
}

/// The same as [`conv_2d_s8`](super::conv_2d_s8) with `weights[unit, row, column, i] - weight zero point`, whose bias has the
/// product of both zero points folded in too.
#[cfg_attr(not(debug_assertions), inline)]
pub fn conv_2d_offset_s8(
    p: &Conv2dOffset,
    weights: Flash<'_, i8>,
    bias: Flash<'_, i32>,
    multipliers: Flash<'_, i32>,
    shifts: Flash<'_, i8>,
    planes: Planes<'_, i8>,
) {
    let Conv2d { window, depth, padding, .. } = p.layer;
    let step = product(window.channels, window.x.dilation);
    let dot = |mut acc, weights: Flash<'_, i8>, mut input: &[i8]| {
        let mut start = 0usize;
        while start < weights.len() {
            acc = dot_s8(acc, weights.range(start, depth), input);
            start = start.wrapping_add(depth.max(1));
            input = input.get(step..).unwrap_or(&[]);
        }
        acc
    };
    // What the zero point of the weights takes away is the same for all units.
    let before = |image: &[i8], rows: Taps, columns: Taps| {
        let inside = |mut sum: i32, _, at: usize| {
            let mut input = image.get(at..).unwrap_or(&[]);
            for _ in 0..columns.inside {
                sum = input.iter().take(depth).fold(sum, |sum, &x| sum.wrapping_add(x.into()));
                input = input.get(step..).unwrap_or(&[]);
            }
            sum
        };
        let outside = |sum: i32, _, count| {
            sum.wrapping_add((product(count, depth) as i32).wrapping_mul(padding.into()))
        };
        let sum = window.fold(rows, columns, 0, inside, outside);
        sum.wrapping_mul(p.weight_zero_point).wrapping_neg()
    };
    convolve(&p.layer, Units { weights, bias, scales: Full { multipliers, shifts } }, planes, dot, before);
}
