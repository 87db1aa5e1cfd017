//! A pixel of a depthwise convolution.

use super::blocks::narrow;
use super::once;
use crate::inner::flash::Flash;

/// How far taps lie apart, in elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tap {
    /// From one row of taps to the next.
    pub row: usize,
    /// From one tap of a row to the next.
    pub column: usize,
}

/// The taps of a window that are on the image; the image and the weights begin with the first of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TapsOfPixel {
    /// Channels of the input and of the output.
    pub channels: usize,
    /// Rows of taps.
    pub rows: usize,
    /// Taps of a row.
    pub columns: usize,
    /// In the image.
    pub image: Tap,
    /// Among the weights.
    pub weights: Tap,
    /// Zero point of the input, which other taps see.
    pub padding: i8,
    /// Zero point of the output.
    pub zero_point: i32,
}

/// Words of constants of a channel: a bias without the input's zero point, a multiplier and a divisor, which are as those
/// of [`BLOCK`](super::BLOCK).
pub const TAPS_CONSTANTS: usize = 3;

/// Words of constants of a channel that is rounded once: there are the biases of all channels, then the multipliers.
pub const TAPS_CONSTANTS_ONCE: usize = 2;

/// The outputs of all channels, of which there are four or more: `Σ weights · (input - padding)` and so on.
#[inline]
pub fn depthwise_pixel(
    p: &TapsOfPixel,
    weights: Flash<'_, i8>,
    constants: Flash<'_, i32>,
    image: &[i8],
    output: &mut [i8],
) {
    for (channel, y) in output.iter_mut().enumerate() {
        let constants = constants.array(channel.wrapping_mul(TAPS_CONSTANTS));
        let [bias, multiplier, divisor] = constants.unwrap_or([0; TAPS_CONSTANTS]);
        *y = narrow(p.sum(channel, bias, weights, image), multiplier, divisor, p.zero_point);
    }
}

/// The same where channels are rounded once.
#[inline]
pub fn depthwise_pixel_once(
    p: &TapsOfPixel,
    weights: Flash<'_, i8>,
    constants: Flash<'_, i32>,
    image: &[i8],
    output: &mut [i8],
) {
    for (channel, y) in output.iter_mut().enumerate() {
        let [bias, multiplier] = [0, p.channels].map(|from| constants.get(from.wrapping_add(channel)));
        *y = once(p.sum(channel, bias.unwrap_or(0), weights, image), multiplier.unwrap_or(0));
    }
}

impl TapsOfPixel {
    /// The sum of a channel.
    fn sum(&self, channel: usize, bias: i32, weights: Flash<'_, i8>, image: &[i8]) -> i32 {
        let mut sum = bias;
        for row in 0..self.rows {
            for column in 0..self.columns {
                let at = |tap: Tap| {
                    let (row, column) = (row.wrapping_mul(tap.row), column.wrapping_mul(tap.column));
                    row.wrapping_add(column).wrapping_add(channel)
                };
                let x = i32::from(image.get(at(self.image)).copied().unwrap_or(0));
                let w = i32::from(weights.get(at(self.weights)).unwrap_or(0));
                sum = sum.wrapping_add(w.wrapping_mul(x.wrapping_sub(self.padding.into())));
            }
        }
        sum
    }
}
