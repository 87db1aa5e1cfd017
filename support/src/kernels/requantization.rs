//! From accumulators to the integers of an output.

use crate::inner::flash::Flash;
use crate::inner::{narrow_s8, offset_and_clamp_s8, once, requantize};

/// What every channel of a quantized output has in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Requantization {
    /// Zero point of the output.
    pub zero_point: i32,
    /// Least output, after the fused activation.
    pub least: i32,
    /// Greatest output, after the fused activation.
    pub greatest: i32,
}

/// The same where one product with a number of 24 bits, rounded once, is proved to give the same outputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Narrow {
    /// Bits of a product that are dropped, from 25 to 39.
    pub bits: u32,
    /// Zero point of the output.
    pub zero_point: i32,
    /// Least output, after the fused activation.
    pub least: i32,
    /// Greatest output, after the fused activation.
    pub greatest: i32,
}

/// The same where the upper half of one product of 32 bits is proved to give the same outputs; biases have half a step of
/// the output in them, and its zero point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Once {
    /// Least output, after the fused activation.
    pub least: i32,
    /// Greatest output, after the fused activation.
    pub greatest: i32,
}

impl Requantization {
    /// `clamp(zero point + requantize(acc))`, in eight bits.
    #[inline(always)]
    pub fn to_s8(self, acc: i32, multiplier: i32, shift: i8) -> i8 {
        let value = requantize(acc, multiplier, shift.into());
        offset_and_clamp_s8(value, self.zero_point, self.least, self.greatest)
    }
}

/// What is said of a layer's outputs, their limits among it.
pub trait Limits: Copy {
    /// The least and the greatest output.
    fn limits(self) -> (i32, i32);
}

impl Limits for Requantization {
    #[inline(always)]
    fn limits(self) -> (i32, i32) {
        (self.least, self.greatest)
    }
}

impl Limits for (i32, i32) {
    #[inline(always)]
    fn limits(self) -> (i32, i32) {
        self
    }
}

impl Limits for Once {
    #[inline(always)]
    fn limits(self) -> (i32, i32) {
        (self.least, self.greatest)
    }
}

/// What brings the sums of a layer to the scale of its output, unit by unit.
pub(super) trait Scales: Copy {
    /// What all units have in common.
    type Output: Copy;
    /// What one unit has.
    type Scale;

    /// Those of all units, in order.
    fn each(self) -> impl Iterator<Item = Self::Scale>;

    /// Those of `len` units from `start`.
    fn range(self, start: usize, len: usize) -> Self;

    /// A sum as an output.
    fn to_s8(acc: i32, scale: Self::Scale, output: Self::Output) -> i8;
}

/// Multipliers and shifts, as the reference has them.
#[derive(Clone, Copy)]
pub(super) struct Full<'a> {
    pub multipliers: Flash<'a, i32>,
    pub shifts: Flash<'a, i8>,
}

impl Scales for Full<'_> {
    type Output = Requantization;
    type Scale = (i32, i8);

    #[inline(always)]
    fn each(self) -> impl Iterator<Item = (i32, i8)> {
        self.multipliers.iter().zip(self.shifts.iter())
    }

    #[inline(always)]
    fn range(self, start: usize, len: usize) -> Self {
        Self { multipliers: self.multipliers.range(start, len), shifts: self.shifts.range(start, len) }
    }

    #[inline(always)]
    fn to_s8(acc: i32, (multiplier, shift): (i32, i8), output: Requantization) -> i8 {
        output.to_s8(acc, multiplier, shift)
    }
}

/// Multipliers with their edges, of [`Narrow`] layers.
#[derive(Clone, Copy)]
pub(super) struct Narrowed<'a> {
    /// Multipliers, and above them the upper bytes of the edges.
    pub scales: Flash<'a, i32>,
    /// The lower bytes of the edges.
    pub edges: Flash<'a, i8>,
}

impl Scales for Narrowed<'_> {
    type Output = Narrow;
    type Scale = (i32, i8);

    #[inline(always)]
    fn each(self) -> impl Iterator<Item = (i32, i8)> {
        self.scales.iter().zip(self.edges.iter())
    }

    #[inline(always)]
    fn range(self, start: usize, len: usize) -> Self {
        Self { scales: self.scales.range(start, len), edges: self.edges.range(start, len) }
    }

    #[inline(always)]
    fn to_s8(acc: i32, (scale, edge): (i32, i8), Narrow { bits, zero_point, least, greatest }: Narrow) -> i8 {
        narrow_s8(acc, scale, edge, bits, [zero_point, least, greatest])
    }
}

/// Multipliers of units that are rounded [`Once`].
#[derive(Clone, Copy)]
pub(super) struct RoundedOnce<'a> {
    pub multipliers: Flash<'a, i32>,
}

impl Scales for RoundedOnce<'_> {
    type Output = Once;
    type Scale = i32;

    #[inline(always)]
    fn each(self) -> impl Iterator<Item = i32> {
        self.multipliers.iter()
    }

    #[inline(always)]
    fn range(self, start: usize, len: usize) -> Self {
        Self { multipliers: self.multipliers.range(start, len) }
    }

    #[inline(always)]
    fn to_s8(acc: i32, multiplier: i32, Once { least, greatest }: Once) -> i8 {
        once(acc, multiplier).max(least as i8).min(greatest as i8)
    }
}

/// The constants of a convolution: weights, and one bias and one scale for each channel of the output.
#[derive(Clone, Copy)]
pub(super) struct Units<'a, S> {
    pub weights: Flash<'a, i8>,
    pub bias: Flash<'a, i32>,
    pub scales: S,
}

impl<S: Scales> Units<'_, S> {
    /// The outputs of the units from `unit`, of which `sums` are the accumulators.
    #[inline(never)] // the sums may leave their registers here, and only here
    pub fn requantize(self, unit: usize, sums: &[i32], output: &mut [i8], to: S::Output) {
        let scales = self.scales.range(unit, sums.len()).each();
        for ((y, &sum), scale) in output.iter_mut().zip(sums).zip(scales) {
            *y = S::to_s8(sum, scale, to);
        }
    }
}
