//! Depthwise convolutions of `int16`.

use crate::inner::flash::Flash;
use crate::inner::product;
use crate::kernels::accumulator::Accumulator;
use crate::kernels::lanes::{LANES, multiply_add_s16};
use crate::kernels::planes::Planes;
use crate::kernels::reach::Reach;
use crate::kernels::requantization::Requantization;
use crate::kernels::window::{Taps, Window};

/// Shape and range of a depthwise convolution of `int16`, with one unit for each channel.
#[derive(Clone, Copy, Debug)]
pub struct DepthwiseConv2d16<A> {
    /// How the window moves.
    pub window: Window,
    /// How sums are kept.
    pub sums: A,
    /// Range of the output, whose zero point is 0.
    pub output: Requantization,
}

impl<A> DepthwiseConv2d16<A> {
    /// How far an output of so many elements may be laid over the input.
    pub const fn reach(&self, output_len: usize) -> Reach {
        self.window.reach(output_len)
    }
}

/// `output[y, x, c] = clamp(requantize(bias[c]
///     + Σ weights[row, column, c] · input[y · stride + row, x · stride + column, c]))`.
///
/// The weights are `[row, column, c]`. The padding is 0, and so adds nothing. `multipliers` and `shifts`
/// are per channel.
#[inline]
pub fn depthwise_conv_2d_s16<A: Accumulator>(
    p: &DepthwiseConv2d16<A>,
    weights: Flash<'_, i8>,
    bias: Flash<'_, i32>,
    multipliers: Flash<'_, A::Multiplier>,
    shifts: Flash<'_, i8>,
    planes: Planes<'_, i16>,
) {
    p.window.each_pixel(planes, |image, rows, columns, output| {
        let (blocks, rest) = output.as_chunks_mut::<LANES>();
        let mut channel = 0usize;
        for block in blocks {
            let sums: [_; LANES] = sums_s16(p, weights, bias, image, rows, columns, channel);
            for (lane, (y, sum)) in block.iter_mut().zip(sums).enumerate() {
                *y = p.sums.finish(sum, (multipliers, shifts), channel.wrapping_add(lane), p.output);
            }
            channel = channel.wrapping_add(LANES);
        }
        for y in rest {
            let [sum] = sums_s16(p, weights, bias, image, rows, columns, channel);
            *y = p.sums.finish(sum, (multipliers, shifts), channel, p.output);
            channel = channel.wrapping_add(1);
        }
    });
}

/// The sums of the `N` channels from `channel` at one pixel.
#[inline(always)]
fn sums_s16<A: Accumulator, const N: usize>(
    p: &DepthwiseConv2d16<A>,
    weights: Flash<'_, i8>,
    bias: Flash<'_, i32>,
    image: &[i16],
    rows: Taps,
    columns: Taps,
    channel: usize,
) -> [A::Sum; N] {
    let step = product(p.window.channels, p.window.x.dilation);
    let inside = |mut sums, tap, at: usize| {
        let mut image = image.get(at.wrapping_add(channel)..).unwrap_or(&[]);
        let mut at = channel.wrapping_add(product(tap, p.window.units));
        for _ in 0..columns.inside {
            if let (Some(weights), Some(input)) = (weights.array(at), image.first_chunk()) {
                sums = multiply_add_s16(p.sums, sums, &weights, input);
            }
            at = at.wrapping_add(p.window.units);
            image = image.get(step..).unwrap_or(&[]);
        }
        sums
    };
    let start = core::array::from_fn(|lane| p.sums.start(bias, channel.wrapping_add(lane)));
    p.window.fold(rows, columns, start, inside, |sums, _, _| sums)
}
