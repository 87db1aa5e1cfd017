//! Depthwise convolutions over a ring: one window, whose pixels stay in memory from one inference to the next.

use crate::inner::flash::Flash;
use crate::kernels::lanes::{LANES, multiply_add};
use crate::kernels::requantization::{Full, Narrow, Narrowed, Requantization, Scales, Units};
use crate::kernels::ring::Ring;

/// Shape and range of a depthwise convolution over a ring.
#[derive(Clone, Copy, Debug)]
pub struct DepthwiseConv2dRing<R = Requantization> {
    /// Shape of the input: a column of pixels, the whole of which is the window.
    pub ring: Ring,
    /// Channels of the input, and units.
    pub channels: usize,
    /// Range of the output.
    pub output: R,
}

/// The same as [`depthwise_conv_2d_s8`](super::depthwise_conv_2d_s8) for one window, the image that is kept as a ring.
#[cfg_attr(not(debug_assertions), inline)]
#[allow(clippy::too_many_arguments)] // constants are told apart by name
pub fn depthwise_conv_2d_ring_s8(
    p: &DepthwiseConv2dRing,
    weights: Flash<'_, i8>,
    bias: Flash<'_, i32>,
    multipliers: Flash<'_, i32>,
    shifts: Flash<'_, i8>,
    ring: &[i8],
    oldest: &[u16],
    output: &mut [i8],
) {
    on_ring(p, Units { weights, bias, scales: Full { multipliers, shifts } }, ring, oldest, output);
}

/// The same where the outputs are [`Narrow`].
#[cfg_attr(not(debug_assertions), inline)]
#[allow(clippy::too_many_arguments)] // constants are told apart by name
pub fn depthwise_conv_2d_ring_narrow_s8(
    p: &DepthwiseConv2dRing<Narrow>,
    weights: Flash<'_, i8>,
    bias: Flash<'_, i32>,
    scales: Flash<'_, i32>,
    edges: Flash<'_, i8>,
    ring: &[i8],
    oldest: &[u16],
    output: &mut [i8],
) {
    on_ring(p, Units { weights, bias, scales: Narrowed { scales, edges } }, ring, oldest, output);
}

#[inline(always)]
fn on_ring<S: Scales>(
    p: &DepthwiseConv2dRing<S::Output>,
    units: Units<'_, S>,
    ring: &[i8],
    oldest: &[u16],
    output: &mut [i8],
) {
    let parts = p.ring.parts(ring, oldest);
    let (blocks, rest) = output.as_chunks_mut::<LANES>();
    let mut channel = 0usize;
    for block in blocks {
        p.block(units, parts, channel, block);
        channel = channel.wrapping_add(LANES);
    }
    for single in rest.as_chunks_mut::<1>().0 {
        p.block(units, parts, channel, single);
        channel = channel.wrapping_add(1);
    }
}

impl<R: Copy> DepthwiseConv2dRing<R> {
    /// The units from `channel`.
    #[inline(always)]
    fn block<S: Scales<Output = R>, const N: usize>(
        &self,
        units: Units<'_, S>,
        (older, newer): (&[i8], &[i8]),
        channel: usize,
        output: &mut [i8; N],
    ) {
        let mut at = channel;
        let mut taps = |mut sums, part: &[i8]| {
            let mut pixels = part.get(channel..).unwrap_or(&[]);
            while let (Some(weights), Some(input)) = (units.weights.array(at), pixels.first_chunk()) {
                sums = multiply_add(sums, &weights, input);
                at = at.wrapping_add(self.channels);
                pixels = pixels.get(self.channels..).unwrap_or(&[]);
            }
            sums
        };
        let sums = taps(units.bias.array(channel).unwrap_or([0; N]), older);
        let sums = taps(sums, newer);
        units.requantize(channel, &sums, output, self.output);
    }
}
