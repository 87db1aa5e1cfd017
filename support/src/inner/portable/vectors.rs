//! Loops for processors with vector registers, over units whose constants lie as models have them.

use super::{offset_and_clamp_s8, once, requantize};
use crate::inner::dot_s8;
use crate::inner::flash::Flash;

/// Whether the backend has these loops, so that kernels take them rather than their own.
pub const VECTORS: bool = false;

/// What each unit has of its own, and how its sums become outputs.
#[derive(Clone, Copy, Debug)]
pub struct UnitConstants<'a, R> {
    /// Weights, unit after unit, or tap after tap where units see one channel each.
    pub weights: Flash<'a, i8>,
    /// Biases with the input's zero point folded in.
    pub bias: Flash<'a, i32>,
    /// Multipliers of the last step.
    pub multipliers: Flash<'a, i32>,
    /// What else it needs.
    pub rounding: R,
}

/// From the sum of a unit to its output, limited by its type alone.
pub trait Rounding: Copy {
    /// The output of a sum of this unit.
    fn output(self, unit: usize, sum: i32, multiplier: i32) -> i8;

    /// What it takes to round twice, if that is done. It is known to the compiler whether: no loop asks.
    fn twice(&self) -> Option<&Twice<'_>>;
}

/// Rounded as the reference does: the doubled product's upper half, and what a shift leaves of it.
#[derive(Clone, Copy, Debug)]
pub struct Twice<'a> {
    /// Shifts of the units: to the left, or to the right if negative.
    pub shifts: Flash<'a, i8>,
    /// Whether no shift is to the left.
    pub is_right: bool,
    /// Zero point of the output.
    pub zero_point: i32,
}

/// The product's upper half, as [`once`].
#[derive(Clone, Copy, Debug)]
pub struct UpperHalf;

impl<'a> Twice<'a> {
    /// Looks through the shifts.
    #[inline(always)]
    pub fn new(shifts: Flash<'a, i8>, zero_point: i32) -> Self {
        let greatest = shifts.iter().fold(0, i8::max);
        Self { shifts, is_right: greatest == 0, zero_point }
    }
}

impl Rounding for Twice<'_> {
    #[inline(always)]
    fn output(self, unit: usize, sum: i32, multiplier: i32) -> i8 {
        let shift = self.shifts.get(unit).unwrap_or(0);
        let value = requantize(sum, multiplier, shift.into());
        offset_and_clamp_s8(value, self.zero_point, i8::MIN.into(), i8::MAX.into())
    }

    #[inline(always)]
    fn twice(&self) -> Option<&Twice<'_>> {
        Some(self)
    }
}

impl Rounding for UpperHalf {
    #[inline(always)]
    fn output(self, _unit: usize, sum: i32, multiplier: i32) -> i8 {
        once(sum, multiplier)
    }

    #[inline(always)]
    fn twice(&self) -> Option<&Twice<'_>> {
        None
    }
}

impl<R: Rounding> UnitConstants<'_, R> {
    /// Whether there are constants of so many units, each with so many weights, and no shift is to the left.
    #[inline(always)]
    #[allow(dead_code)] // by assembly
    pub(in crate::inner) fn suit(&self, units: usize, depth: usize) -> bool {
        self.weights.len() >= units.wrapping_mul(depth)
            && self.bias.len() >= units
            && self.multipliers.len() >= units
            && self.rounding.twice().is_none_or(|twice| twice.is_right && twice.shifts.len() >= units)
    }

    #[inline(always)]
    fn output(&self, unit: usize, sum: i32) -> i8 {
        self.rounding.output(unit, sum, self.multipliers.get(unit).unwrap_or(0))
    }
}

/// A layer whose units all see all of a row.
#[derive(Clone, Copy, Debug)]
pub struct UnitRows<'a, R> {
    /// Elements of a row of the input.
    pub(in crate::inner) depth: usize,
    /// Elements of a row of the output.
    pub(in crate::inner) units: usize,
    pub(in crate::inner) constants: UnitConstants<'a, R>,
    /// Whether there are all of these, and no shift is to the left.
    #[allow(dead_code)] // by assembly
    pub(in crate::inner) suits: bool,
}

impl<'a, R: Rounding> UnitRows<'a, R> {
    /// A layer with so many elements of a row, and so many units.
    #[inline(always)]
    pub fn new(depth: usize, units: usize, constants: UnitConstants<'a, R>) -> Self {
        Self { depth, units, constants, suits: depth > 0 && constants.suit(units, depth) }
    }
}

/// The output of `bias[unit] + Σ weights[unit, i] · input[row, i]` for as many whole rows as there are of both.
#[inline]
pub fn unit_rows<R: Rounding>(p: &UnitRows<'_, R>, input: &[i8], output: &mut [i8]) {
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
pub fn channel_windows<R: Rounding>(
    p: &ChannelWindow,
    constants: &UnitConstants<'_, R>,
    image: &[i8],
    output: &mut [i8],
) {
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
