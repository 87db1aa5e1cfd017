//! Loops for processors with vector registers, over units whose constants lie as models have them.

use super::vector_units::{Rounding, UnitChannels, UnitRows};
use crate::inner::dot_s8;

/// Whether the backend has these loops, so that kernels take them rather than their own.
pub const VECTORS: bool = false;

/// The output of `bias[unit] + Σ weights[unit, i] · input[row, i]` for as many whole rows as there are of both.
#[inline]
pub fn unit_rows<R: Rounding, const LOOP: u8>(p: &UnitRows<'_, R, LOOP>, input: &[i8], output: &mut [i8]) {
    let UnitRows { depth, units, constants, .. } = p;
    let mut input = input;
    for output in output.chunks_mut((*units).max(1)) {
        let Some(row) = input.split_off(..*depth) else { return };
        for (unit, y) in output.iter_mut().enumerate() {
            let weights = constants.weights.range(unit.wrapping_mul(*depth), *depth);
            let sum = dot_s8(constants.bias.get(unit).unwrap_or(0), weights, row);
            *y = constants.output(unit, sum);
        }
    }
}

/// Rows that are copied: so many of so many elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CopiedRows {
    /// How many.
    pub count: usize,
    /// Elements of each.
    pub len: usize,
    /// From one row to the next where they come from.
    pub from: usize,
    /// The same where they go to.
    pub to: usize,
}

impl CopiedRows {
    /// Whether there are rows, and all of them are in runs of these lengths.
    #[inline(always)]
    #[allow(dead_code)] // by assembly
    pub(in crate::inner) fn fit(&self, from: usize, to: usize) -> bool {
        let end = |distance: usize| self.count.wrapping_sub(1).wrapping_mul(distance).wrapping_add(self.len);
        self.count > 0 && self.len > 0 && end(self.from) <= from && end(self.to) <= to
    }
}

/// Copies rows.
#[inline]
pub fn copy_rows(p: &CopiedRows, from: &[i8], to: &mut [i8]) {
    for row in 0..p.count {
        let from = from.get(row.wrapping_mul(p.from)..).unwrap_or(&[]);
        let to = to.get_mut(row.wrapping_mul(p.to)..).unwrap_or(&mut []);
        to.iter_mut().zip(from).take(p.len).for_each(|(to, &x)| *to = x);
    }
}

/// Fills all of it.
#[inline]
pub fn fill(to: &mut [i8], x: i8) {
    to.fill(x);
}

/// Pixels of a layer whose units see one channel each, neighbours in a row, and what their windows see: padding, then
/// rows of taps on the image with padding in between, then padding. The image begins with the first tap on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChannelWindow {
    /// Channels of the input and of the output.
    pub channels: usize,
    /// Pixels.
    pub pixels: usize,
    /// From what one pixel sees to what the next one does, in elements.
    pub stride: usize,
    /// Rows of taps on the image.
    pub rows: usize,
    /// Taps of such a row.
    pub columns: usize,
    /// From one row of taps to the next in the image, in elements.
    pub to_row: usize,
    /// From one tap of a row to the next, in elements.
    pub to_column: usize,
    /// Taps on the padding before the first row; all of them, if there is no row.
    pub before: usize,
    /// The same between two rows.
    pub between: usize,
    /// The same behind the last row.
    pub behind: usize,
    /// Zero point of the input, which the padding holds.
    pub padding: i8,
}

impl ChannelWindow {
    /// Taps of the window.
    #[inline(always)]
    #[allow(dead_code)] // by assembly
    pub(in crate::inner) fn taps(&self) -> usize {
        let gaps = self.rows.saturating_sub(1).wrapping_mul(self.between);
        let inside = self.rows.wrapping_mul(self.columns);
        self.before.wrapping_add(inside).wrapping_add(gaps).wrapping_add(self.behind)
    }

    /// Elements of the image up to the last that is seen.
    #[inline(always)]
    #[allow(dead_code)] // by assembly
    pub(in crate::inner) fn reach(&self) -> usize {
        if self.rows == 0 || self.columns == 0 {
            return 0;
        }
        let pixels = self.pixels.wrapping_sub(1).wrapping_mul(self.stride);
        let rows = self.rows.wrapping_sub(1).wrapping_mul(self.to_row);
        let columns = self.columns.wrapping_sub(1).wrapping_mul(self.to_column);
        pixels.wrapping_add(rows).wrapping_add(columns).wrapping_add(self.channels)
    }
}

/// The output of `bias[channel] + Σ weights[tap, channel] · x[tap, channel]` for all channels of all pixels.
#[inline]
pub fn channel_windows<R: Rounding, const LOOP: u8>(
    p: &ChannelWindow,
    of: &UnitChannels<'_, R, LOOP>,
    image: &[i8],
    output: &mut [i8],
) {
    let constants = &of.constants;
    for (pixel, output) in output.chunks_mut(p.channels.max(1)).take(p.pixels).enumerate() {
        let image = image.get(pixel.wrapping_mul(p.stride)..).unwrap_or(&[]);
        for (channel, y) in output.iter_mut().enumerate() {
            let weights = |tap: usize| {
                let w = constants.weights.get(tap.wrapping_mul(p.channels).wrapping_add(channel));
                i32::from(w.unwrap_or(0))
            };
            let outside = |sum: i32, tap: usize, count: usize| {
                let taps = tap..tap.wrapping_add(count);
                taps.fold(sum, |sum, tap| sum.wrapping_add(weights(tap).wrapping_mul(p.padding.into())))
            };
            let mut sum = outside(constants.bias.get(channel).unwrap_or(0), 0, p.before);
            let mut tap = p.before;
            for row in 0..p.rows {
                for column in 0..p.columns {
                    let row = row.wrapping_mul(p.to_row);
                    let at = row.wrapping_add(column.wrapping_mul(p.to_column)).wrapping_add(channel);
                    let x = image.get(at).copied().unwrap_or(0);
                    sum = sum.wrapping_add(weights(tap).wrapping_mul(x.into()));
                    tap = tap.wrapping_add(1);
                }
                let count = if row.wrapping_add(1) == p.rows { p.behind } else { p.between };
                sum = outside(sum, tap, count);
                tap = tap.wrapping_add(count);
            }
            *y = constants.output(channel, sum);
        }
    }
}
