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

    /// The same of `len` units from `start`.
    fn range(self, start: usize, len: usize) -> Self;
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

    #[inline(always)]
    fn range(self, start: usize, len: usize) -> Self {
        Self { shifts: self.shifts.range(start, len), ..self }
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

    #[inline(always)]
    fn range(self, _start: usize, _len: usize) -> Self {
        self
    }
}

impl<R: Rounding> UnitConstants<'_, R> {
    /// The constants of `len` units from `start`, each with `filter` weights.
    #[inline(always)]
    pub fn range(&self, start: usize, len: usize, filter: usize) -> Self {
        Self {
            weights: self.weights.range(start.wrapping_mul(filter), len.wrapping_mul(filter)),
            bias: self.bias.range(start, len),
            multipliers: self.multipliers.range(start, len),
            rounding: self.rounding.range(start, len),
        }
    }

    /// Whether there are constants of so many units, each with so many weights, and no shift is to the left.
    #[inline(always)]
    fn suit(&self, units: usize, depth: usize) -> bool {
        self.weights.len() >= units.wrapping_mul(depth)
            && self.bias.len() >= units
            && self.multipliers.len() >= units
            && self.rounding.twice().is_none_or(|twice| twice.is_right && twice.shifts.len() >= units)
    }

    /// Which loop a layer takes whose units see one channel each, in a window of so many taps.
    #[inline(always)]
    pub fn loop_of_channels(&self, channels: usize, taps: usize) -> u8 {
        match channels {
            _ if !self.suit(channels, taps) => ANY_CHANNELS,
            0 => ANY_CHANNELS,
            ..VECTOR => FEW_CHANNELS,
            _ => MANY_CHANNELS,
        }
    }

    /// Which loop such a layer takes. That is known where shifts are.
    #[inline(always)]
    pub fn loop_of_rows(&self, depth: usize, units: usize) -> u8 {
        match (units, depth) {
            _ if !self.suit(units, depth) => ANY_ROWS,
            (..UNITS, _) | (_, 0) => ANY_ROWS,
            (_, ..=VECTOR) => SHORT_ROWS,
            _ => LONG_ROWS,
        }
    }

    #[inline(always)]
    fn output(&self, unit: usize, sum: i32) -> i8 {
        self.rounding.output(unit, sum, self.multipliers.get(unit).unwrap_or(0))
    }
}

/// A layer whose units all see all of a row, and the loop that it takes: the compiler knows which, so that others are not
/// linked.
#[derive(Clone, Copy, Debug)]
pub struct UnitRows<'a, R, const LOOP: u8> {
    /// Elements of a row of the input.
    pub(in crate::inner) depth: usize,
    /// Elements of a row of the output.
    pub(in crate::inner) units: usize,
    pub(in crate::inner) constants: UnitConstants<'a, R>,
    /// Whether it is the one that suits the layer.
    #[allow(dead_code)] // by assembly
    pub(in crate::inner) suits: bool,
}

/// The loop for all rows.
pub const ANY_ROWS: u8 = 0;
/// The loop for rows of as many elements as a vector has, or less.
pub const SHORT_ROWS: u8 = 1;
/// The loop for longer ones.
pub const LONG_ROWS: u8 = 2;

/// Units that are summed up together.
const UNITS: usize = 4;

/// Elements of a vector.
const VECTOR: usize = 16;

impl<'a, R: Rounding, const LOOP: u8> UnitRows<'a, R, LOOP> {
    /// A layer with so many elements of a row, and so many units.
    #[inline(always)]
    pub fn new(depth: usize, units: usize, constants: UnitConstants<'a, R>) -> Self {
        Self { depth, units, constants, suits: constants.loop_of_rows(depth, units) == LOOP }
    }
}

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

/// A layer whose units see one channel each, and its loop, as for [`UnitRows`].
#[derive(Clone, Copy, Debug)]
pub struct UnitChannels<'a, R, const LOOP: u8> {
    pub(in crate::inner) constants: UnitConstants<'a, R>,
    /// Channels and taps of which there are constants, if the loop is the one that suits the layer.
    #[allow(dead_code)] // by assembly
    pub(in crate::inner) there: [usize; 2],
}

/// The loop for all channels.
pub const ANY_CHANNELS: u8 = 0;
/// The loop for less channels than a vector has elements.
pub const FEW_CHANNELS: u8 = 1;
/// The loop for more.
pub const MANY_CHANNELS: u8 = 2;

impl<'a, R: Rounding, const LOOP: u8> UnitChannels<'a, R, LOOP> {
    /// A layer with so many channels and taps.
    #[inline(always)]
    pub fn new(channels: usize, taps: usize, constants: UnitConstants<'a, R>) -> Self {
        let suits = constants.loop_of_channels(channels, taps) == LOOP;
        Self { constants, there: if suits { [channels, taps] } else { [0; 2] } }
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
