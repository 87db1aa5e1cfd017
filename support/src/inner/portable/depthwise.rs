//! A row of a depthwise convolution with a window of 3 × 3.

use super::blocks::narrow;
use super::once;
use crate::inner::flash::Flash;

/// Words of constants of a channel: the weights of the first row's first and second tap and the second row's first
/// and second, the bytes of a word; the first row's third, the third row's first, the second row's third and the
/// third row's second; the third row's third, as a word; then a multiplier, a divisor and a bias.
///
/// Multipliers and divisors are as those of [`BLOCK`](super::BLOCK).
pub const CHANNEL_CONSTANTS: usize = 6;

/// The same where channels are rounded once: a multiplier and a bias behind the weights.
pub const CHANNEL_CONSTANTS_ONCE: usize = 5;

/// What one row of the output sees of the image: two or three of its rows, from the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row3x3 {
    /// Channels of the input and of the output.
    pub channels: usize,
    /// Columns of the image.
    pub width: usize,
    /// Columns of the output.
    pub outputs: usize,
    /// Whether the first column of the first window is padding.
    pub left: bool,
    /// What padding holds.
    pub padding: i8,
    /// Zero point of the output.
    pub zero_point: i32,
}

/// Which rows of the window are on the image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rows3 {
    /// All.
    All,
    /// The first is padding.
    Lower,
    /// The last is padding.
    Upper,
}

impl Row3x3 {
    /// Whether the last column of the last window is padding, if the image holds all that others need.
    #[inline(always)]
    #[allow(dead_code)] // by assembly
    pub(in crate::inner) fn right(&self, stride: usize) -> Option<bool> {
        let left = usize::from(self.left);
        // Columns before the last one of the last window.
        let before = self.outputs.checked_sub(1)?.wrapping_mul(stride).wrapping_add(2).wrapping_sub(left);
        match self.width.checked_sub(before)? {
            0 => Some(true),
            _ => Some(false),
        }
    }
}

/// The loop over a row, for channels with so many words of constants.
#[derive(Clone, Copy, Debug)]
pub struct Loop3x3<const CONSTANTS: usize = CHANNEL_CONSTANTS> {
    stride: usize,
}

impl Loop3x3 {
    /// The loop for a stride, 1 or 2. `TIES` tells whether it matters how sums halfway between negative outputs are
    /// rounded.
    pub const fn new<const STRIDE: usize, const TIES: bool>() -> Self {
        Self { stride: STRIDE }
    }
}

impl Loop3x3<CHANNEL_CONSTANTS_ONCE> {
    /// The same where channels are rounded once.
    pub const fn once<const STRIDE: usize>() -> Self {
        Self { stride: STRIDE }
    }
}

impl<const CONSTANTS: usize> Loop3x3<CONSTANTS> {
    /// Every output of a row.
    #[inline]
    pub fn row(&self, p: &Row3x3, rows: Rows3, constants: Flash<'_, i32>, image: &[i8], output: &mut [i8]) {
        let line = p.width.wrapping_mul(p.channels);
        for channel in 0..p.channels {
            let words = constants.range(channel.wrapping_mul(CONSTANTS), CONSTANTS);
            let weights = weights(words.array(0).unwrap_or([0; 3]));
            let bias = words.get(CONSTANTS.wrapping_sub(1)).unwrap_or(0);
            for column in 0..p.outputs {
                let x = |row: usize, tap: usize| {
                    let row = match rows {
                        Rows3::Lower => row.checked_sub(1)?,
                        Rows3::Upper if row == 2 => return None,
                        _ => row,
                    };
                    let column = column.wrapping_mul(self.stride).wrapping_add(tap);
                    let column = column.checked_sub(p.left.into())?;
                    let at = row.wrapping_mul(line).wrapping_add(column.wrapping_mul(p.channels));
                    (column < p.width).then(|| image.get(at.wrapping_add(channel)).copied())?
                };
                let mut sum = bias;
                for (row, weights) in weights.iter().enumerate() {
                    for (tap, &w) in weights.iter().enumerate() {
                        let x = i32::from(x(row, tap).unwrap_or(p.padding));
                        sum = sum.wrapping_add(i32::from(w as i8).wrapping_mul(x));
                    }
                }
                let at = column.wrapping_mul(p.channels).wrapping_add(channel);
                if let Some(y) = output.get_mut(at) {
                    *y = self.output(words, sum, p.zero_point);
                }
            }
        }
    }

    /// The output of a sum, with the words of its channel.
    fn output(&self, words: Flash<'_, i32>, sum: i32, zero_point: i32) -> i8 {
        let [multiplier, divisor] = words.array(3).unwrap_or([0; 2]);
        match CONSTANTS {
            CHANNEL_CONSTANTS_ONCE => once(sum, multiplier),
            _ => narrow(sum, multiplier, divisor, zero_point),
        }
    }
}

/// The weights row by row.
fn weights([first, second, last]: [i32; 3]) -> [[u8; 3]; 3] {
    let [w00, w01, w10, w11] = first.to_le_bytes();
    let [w02, w20, w12, w21] = second.to_le_bytes();
    [[w00, w01, w02], [w10, w11, w12], [w20, w21, last as u8]]
}
