//! From accumulators to the integers of an output.

use crate::inner::flash::Flash;
use crate::inner::{offset_and_clamp_s8, requantize};

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

impl Requantization {
    /// `clamp(zero point + requantize(acc))`, in eight bits.
    #[inline(always)]
    pub fn to_s8(self, acc: i32, multiplier: i32, shift: i8) -> i8 {
        let value = requantize(acc, multiplier, shift.into());
        offset_and_clamp_s8(value, self.zero_point, self.least, self.greatest)
    }
}

/// The constants of a convolution: one bias, multiplier and shift for each channel of the output.
#[derive(Clone, Copy)]
pub(super) struct Units<'a> {
    pub weights: Flash<'a, i8>,
    pub bias: Flash<'a, i32>,
    pub multipliers: Flash<'a, i32>,
    pub shifts: Flash<'a, i8>,
}

impl Units<'_> {
    /// The outputs of the units from `unit`, of which `sums` are the accumulators.
    #[inline(never)] // the sums may leave their registers here, and only here
    pub fn requantize(self, unit: usize, sums: &[i32], output: &mut [i8], to: Requantization) {
        let multipliers = self.multipliers.range(unit, sums.len()).iter();
        let scales = multipliers.zip(self.shifts.range(unit, sums.len()).iter());
        for ((y, &sum), (multiplier, shift)) in output.iter_mut().zip(sums).zip(scales) {
            *y = to.to_s8(sum, multiplier, shift);
        }
    }
}
