//! Depthwise convolutions whose weights have a zero point.

use super::DepthwiseConv2d;
use crate::inner::flash::Flash;
use crate::inner::product;
use crate::kernels::planes::Planes;
use crate::kernels::reach::Reach;
use crate::kernels::rows::rows_mut;

/// A depthwise convolution whose weights have a zero point.
#[derive(Clone, Copy, Debug)]
pub struct DepthwiseConv2dOffset {
    /// Shape and range.
    pub layer: DepthwiseConv2d,
    /// Zero point of the weights.
    pub weight_zero_point: i32,
}

impl DepthwiseConv2dOffset {
    /// How far an output of so many elements may be laid over the input.
    pub const fn reach(&self, output_len: usize) -> Reach {
        self.layer.window.reach(output_len)
    }
}

/// The same as [`depthwise_conv_2d_multiplier_s8`](super::depthwise_conv_2d_multiplier_s8) with
/// `weights[row, column, unit] - weight zero point`, whose bias has the product of both zero points folded in too.
#[cfg_attr(not(debug_assertions), inline)]
pub fn depthwise_conv_2d_offset_s8(
    p: &DepthwiseConv2dOffset,
    weights: Flash<'_, i8>,
    bias: Flash<'_, i32>,
    multipliers: Flash<'_, i32>,
    shifts: Flash<'_, i8>,
    planes: Planes<'_, i8>,
) {
    let DepthwiseConv2d { window, multiplier, padding, output: range } = p.layer;
    let step = product(window.channels, window.x.dilation);
    let add = |sum: i32, weight: Option<i8>, x: i8| {
        let weight = i32::from(weight.unwrap_or(0)).wrapping_sub(p.weight_zero_point);
        sum.wrapping_add(weight.wrapping_mul(x.into()))
    };
    window.each_pixel(planes, |image, rows, columns, output| {
        let mut scales = bias.iter().zip(multipliers.iter().zip(shifts.iter()));
        let mut unit = 0usize;
        for (channel, output) in rows_mut(output, multiplier).enumerate() {
            for y in output {
                let weight = |tap: usize| weights.get(unit.wrapping_add(product(tap, window.units)));
                let inside = |mut sum, tap: usize, at: usize| {
                    let mut input = image.get(channel.wrapping_add(at)..).unwrap_or(&[]);
                    for tap in tap..tap.wrapping_add(columns.inside) {
                        sum = add(sum, weight(tap), input.first().copied().unwrap_or(0));
                        input = input.get(step..).unwrap_or(&[]);
                    }
                    sum
                };
                let outside = |sum, tap: usize, count: usize| {
                    (tap..tap.wrapping_add(count)).fold(sum, |sum, tap| add(sum, weight(tap), padding))
                };
                let Some((bias, (multiplier, shift))) = scales.next() else { return };
                *y = range.to_s8(window.fold(rows, columns, bias, inside, outside), multiplier, shift);
                unit = unit.wrapping_add(1);
            }
        }
    });
}
