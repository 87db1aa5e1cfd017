//! Convolutions of `int16`.

use super::FullyConnected16;
use crate::inner::flash::Flash;
use crate::inner::product;
use crate::kernels::accumulator::Accumulator;
use crate::kernels::fully_connected::fully_connected_s16;
use crate::kernels::planes::Planes;
use crate::kernels::reach::Reach;
use crate::kernels::requantization::Requantization;
use crate::kernels::window::Window;

/// Shape and range of a convolution of `int16`.
#[derive(Clone, Copy, Debug)]
pub struct Conv2d16<A> {
    /// How the window moves.
    pub window: Window,
    /// Channels of the input that one unit sees: all, or those of its group.
    pub depth: usize,
    /// Units of one group.
    pub group: usize,
    /// Neighbouring taps of a row that lie in one piece in the image: all, or one.
    pub contiguous: bool,
    /// How sums are kept.
    pub sums: A,
    /// Range of the output, whose zero point is 0.
    pub output: Requantization,
}

impl<A> Conv2d16<A> {
    /// How far an output of so many elements may be laid over the input.
    pub const fn reach(&self, output_len: usize) -> Reach {
        self.window.reach(output_len)
    }
}

/// A window of one pixel, or one that is the whole image, as [`conv_2d_1x1_s8`](super::conv_2d_1x1_s8).
#[inline]
pub fn conv_2d_1x1_s16<A: Accumulator>(
    p: &FullyConnected16<A>,
    weights: Flash<'_, i8>,
    bias: Flash<'_, i32>,
    multipliers: Flash<'_, A::Multiplier>,
    shifts: Flash<'_, i8>,
    planes: Planes<'_, i16>,
) {
    fully_connected_s16(p, weights, bias, multipliers, shifts, planes);
}

/// `output[y, x, unit] = clamp(requantize(bias[unit]
///     + Σ weights[unit, row, column, i] · input[y · stride + row, x · stride + column, i]))`.
///
/// The padding is 0, and so adds nothing. `multipliers` and `shifts` are per unit.
#[inline]
pub fn conv_2d_s16<A: Accumulator>(
    p: &Conv2d16<A>,
    weights: Flash<'_, i8>,
    bias: Flash<'_, i32>,
    multipliers: Flash<'_, A::Multiplier>,
    shifts: Flash<'_, i8>,
    planes: Planes<'_, i16>,
) {
    let filter = product(product(p.window.y.taps, p.window.x.taps), p.depth);
    let step = product(p.window.channels, p.window.x.dilation);
    p.window.each_pixel(planes, |image, rows, columns, output| {
        let (run, runs) = match p.contiguous {
            true => (product(columns.inside, p.depth), 1),
            false => (p.depth, columns.inside),
        };
        let (mut start, mut channel, mut left) = (0usize, 0usize, p.group);
        for (unit, y) in output.iter_mut().enumerate() {
            if left == 0 {
                channel = channel.wrapping_add(p.depth);
                left = p.group;
            }
            let inside = |mut sum, tap, at: usize| {
                let mut from = start.wrapping_add(product(tap, p.depth));
                let mut image = image.get(channel.wrapping_add(at)..).unwrap_or(&[]);
                for _ in 0..runs {
                    sum = p.sums.dot(sum, weights.range(from, run), image);
                    from = from.wrapping_add(run);
                    image = image.get(step..).unwrap_or(&[]);
                }
                sum
            };
            let sum = p.window.fold(rows, columns, p.sums.start(bias, unit), inside, |sum, _, _| sum);
            *y = p.sums.finish(sum, (multipliers, shifts), unit, p.output);
            start = start.wrapping_add(filter);
            left = left.wrapping_sub(1);
        }
    });
}
