//! Layers as loops over vectors take them: their constants, the last step, and which of the loops it is.

use super::{offset_and_clamp_s8, once, requantize};
use crate::inner::flash::Flash;

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

/// The product's upper half, as [`once()`].
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

    /// Which loop a layer takes whose units see one channel each, in a window of so many taps. Like that for rows, it is known
    /// where shifts are.
    #[inline(always)]
    pub fn loop_of_channels(&self, channels: usize, taps: usize) -> u8 {
        match channels {
            _ if !self.suit(channels, taps) => ANY_CHANNELS,
            0 => ANY_CHANNELS,
            1..VECTOR => FEW_CHANNELS,
            _ => MANY_CHANNELS,
        }
    }

    /// Which loop a layer takes with so many elements of a row, and so many units.
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
    pub(super) fn output(&self, unit: usize, sum: i32) -> i8 {
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
