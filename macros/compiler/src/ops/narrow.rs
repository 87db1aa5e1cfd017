//! From accumulators to outputs of eight bits by one product with a number of 24 bits, where that is proved to be exact.
//!
//! The reference multiplies by a significand of 31 bits and rounds twice. What comes of it never falls while the sum
//! grows, so that it is known by its thresholds: for each output the least sum that leads to it or to more. Another
//! function of the kind is the same if it has the same thresholds among the sums that can be. The one here,
//! [`Narrow`], has an edge, which stands for what the first rounding adds, and
//! a multiplier; those with which it is right lie between two bounds, for every threshold excludes what is too small and
//! what is too large.

// Arithmetic of values, not of sizes: the bounds of each are those of its formula.
#![allow(clippy::arithmetic_side_effects)]

use super::requantization;
use super::weighted::Bounds;
use crate::inner::{EDGE_BITS, NARROW_BITS};
use crate::kernels::shapes::{Narrow, Requantization};
use crate::program::{Arg, Constant};
use crate::quantize::Multiplier;
use std::fmt;

/// The greatest magnitude of a sum.
const MAX_SUM: i64 = (1 << NARROW_BITS) - 1;

/// Sums are shifted left by no more.
const MAX_LEFT: i32 = 7;

/// The form of a layer and its constants, if it is proved of every unit; `sums` are what its sums can be.
pub(crate) fn narrowed(
    to: Requantization,
    multipliers: &[Multiplier],
    sums: &[Bounds],
) -> Option<(Narrow, Constant)> {
    let Requantization { zero_point, least, greatest } = to;
    let each = || multipliers.iter().cycle().zip(sums);
    // The greatest multiplier takes all the bits there are.
    let greatest_shift = each().map(|(m, _)| m.shift).max()?;
    let left = (32 - NARROW_BITS.cast_signed()).checked_add(greatest_shift)?.clamp(0, MAX_LEFT).cast_unsigned();
    let outputs = (least.checked_sub(zero_point)?, greatest.checked_sub(zero_point)?);
    let scale = |(&m, &sums)| Proof { multiplier: m, bits: 32 - left, outputs, sums }.scale();
    let scales: Vec<i32> = each().map(scale).collect::<Option<_>>()?;
    let narrow = Narrow { left, zero_point, least, greatest };
    Some((narrow, Constant::int32("MULTIPLIERS", scales)))
}

/// How kernels bring sums to the scale of the output.
pub(crate) trait Form: Copy + fmt::Debug + 'static {
    /// The name of a kernel with this form, of those with each: as the reference has it, and narrow.
    fn name(names: [&'static str; 2]) -> &'static str;
}

impl Form for Requantization {
    fn name([full, _]: [&'static str; 2]) -> &'static str {
        full
    }
}

impl Form for Narrow {
    fn name([_, narrow]: [&'static str; 2]) -> &'static str {
        narrow
    }
}

/// What is said of a layer that is proved to do with it.
pub(crate) fn note() -> String {
    format!("requantized by {NARROW_BITS} bits")
}

/// The constants of `units` units in one form or the other.
pub(crate) fn scales(
    narrow: Option<(Narrow, Constant)>,
    multipliers: &[Multiplier],
    units: usize,
) -> Vec<Arg> {
    match narrow {
        Some((_, scales)) => vec![Arg::Constant(scales)],
        None => {
            let (multipliers, shifts) = requantization::constants(multipliers, units);
            vec![multipliers, shifts]
        }
    }
}

/// What is to be proved of a unit.
struct Proof {
    /// That of the reference.
    multiplier: Multiplier,
    /// Bits that are dropped of a product.
    bits: u32,
    /// The least and the greatest output, less the zero point.
    outputs: (i32, i32),
    /// The least and the greatest sum.
    sums: Bounds,
}

impl Proof {
    /// A multiplier with its edge.
    fn scale(&self) -> Option<i32> {
        let Self { multiplier: Multiplier { multiplier, shift }, bits, sums: [low, high], .. } = *self;
        if low < -MAX_SUM || high > MAX_SUM || low > high || shift > 6 {
            return None;
        }
        // What the first rounding adds, half of what the second shift then drops.
        let exact = bits.cast_signed() - 1 + shift - EDGE_BITS.cast_signed();
        let edge = if (0..8).contains(&exact) { 1i64 << exact } else { 0 };
        let [least, greatest] = match multiplier {
            0 => [0, 0],
            _ => self.multipliers(edge)?,
        };
        let m = roundest(least, greatest.min(MAX_SUM))?;
        i32::try_from(m).ok().map(|m| m | (edge as i32) << NARROW_BITS)
    }

    /// From the least to the greatest multiplier with which every threshold is where the reference has it.
    fn multipliers(&self, edge: i64) -> Option<[i64; 2]> {
        let [low, high] = self.sums;
        let added = (1i64 << (self.bits - 1)) + (edge << EDGE_BITS);
        let (mut least, mut greatest) = (0i64, MAX_SUM);
        // `sum · multiplier` must not be less than `product`.
        let mut reach = |sum: i64, product: i64| match sum {
            1.. => least = least.max(divided_up(product, sum)),
            0 if product > 0 => greatest = -1,
            0 => {}
            _ => greatest = greatest.min((-product).div_euclid(-sum)),
        };
        // Whether `sum` leads to `value` or more, or does not, tells what its magnitude must lead to.
        let mut leads = |sum: i64, value: i64, reaches: bool| match (sum < 0, reaches) {
            (false, true) => reach(sum, (value << self.bits) - added),
            (false, false) => reach(-sum, added + 1 - (value << self.bits)),
            (true, true) => reach(sum, added + 1 - ((1 - value) << self.bits)),
            (true, false) => reach(-sum, ((1 - value) << self.bits) - added),
        };
        for value in i64::from(self.outputs.0) + 1..=i64::from(self.outputs.1) {
            let at = threshold(value, self.multiplier);
            if at <= high {
                leads(at.max(low), value, true);
            }
            if at > low {
                leads(high.min(at - 1), value, false);
            }
        }
        (least <= greatest).then_some([least, greatest])
    }
}

/// The least sum that leads the reference to `value` or more.
fn threshold(value: i64, Multiplier { multiplier, shift }: Multiplier) -> i64 {
    // What the first product has to be, before it is rounded half away from zero.
    let high = match shift {
        0.. => value,
        _ => (value << -shift) - (1i64 << (-shift - 1)) + i64::from(value <= 0),
    };
    // No product leaves 32 bits.
    let high = high.clamp(-(1 << 31) - 1, (1 << 31) + 1);
    let sum = divided_up((high << 31) - (1 << 30), multiplier.max(1).into());
    divided_up(sum, 1 << shift.max(0))
}

/// `a / b`, rounded up, for a positive `b`.
fn divided_up(a: i64, b: i64) -> i64 {
    -(-a).div_euclid(b)
}

/// The number with the most zeros at its end between two.
fn roundest(least: i64, greatest: i64) -> Option<i64> {
    let multiple = |zeros: u32| divided_up(least, 1 << zeros) << zeros;
    (0..NARROW_BITS).rev().map(multiple).find(|&m| m <= greatest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inner::{narrow_s8, requantize};

    /// Multipliers of all kinds.
    fn multiplier(random: &mut u32) -> Multiplier {
        *random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let shift = -((*random >> 8) % 12).cast_signed();
        let multiplier = match *random >> 29 {
            0 => 1 << 30,
            1 => i32::MAX,
            _ => 1 << 30 | (*random >> 2).cast_signed(),
        };
        Multiplier { multiplier, shift }
    }

    #[test]
    fn thresholds_are_those_of_the_reference() {
        let mut random = 1;
        for _ in 0..200 {
            let mut m = multiplier(&mut random);
            m.shift += 2;
            let output = |sum: i64| i64::from(requantize(sum as i32, m.multiplier, m.shift));
            for value in -255..=255 {
                let at = threshold(value, m);
                assert!(output(at) >= value && output(at - 1) < value, "{m:?} {value} {at}");
            }
        }
    }

    #[test]
    fn what_is_proved_is_so_for_every_sum() {
        let (mut random, mut proved) = (7, 0);
        for round in 0..300 {
            let m = multiplier(&mut random);
            let zero_point = (random >> 24) as i32 - 128;
            let least = if round % 3 == 0 { zero_point } else { -128 };
            let to = Requantization { zero_point, least, greatest: 127 - round % 2 };
            let sums = [-i64::from(random >> 10 & 0xffff), i64::from(random >> 6 & 0x7fff)];
            let Some((narrow, constant)) = narrowed(to, &[m], &[sums]) else { continue };
            let scale = i32::from_le_bytes(constant.bytes.try_into().expect("one"));
            proved += 1;
            for sum in sums[0] as i32..=sums[1] as i32 {
                let expected = requantize(sum, m.multiplier, m.shift) + zero_point;
                let expected = expected.clamp(to.least, to.greatest) as i8;
                let Narrow { left, zero_point, least, greatest } = narrow;
                let found = narrow_s8(sum, scale, left, zero_point, least, greatest);
                assert_eq!(found, expected, "{sum} {m:?} {narrow:?} {scale:#x}");
            }
        }
        assert!(proved > 200, "{proved}");
    }

    /// With few sums it can be tried whether there is any multiplier at all.
    #[test]
    fn what_is_not_proved_is_not_so() {
        let mut refused = 0;
        for significand in (1 << 30..i32::MAX).step_by(40_000_003) {
            for shift in [-3, -2, -1] {
                let m = Multiplier { multiplier: significand, shift };
                let proof = Proof { multiplier: m, bits: 8, outputs: (-128, 127), sums: [-300, 300] };
                let right = |scale: i32| {
                    (-300..=300).all(|sum: i32| {
                        let product = (sum.abs() * scale + 128) >> 8;
                        let found = if sum < 0 { -product } else { product };
                        found.clamp(-128, 127) == requantize(sum, significand, shift).clamp(-128, 127)
                    })
                };
                let any: Vec<i64> = (0..512).filter(|&scale| right(scale)).map(i64::from).collect();
                let ends = any.first().zip(any.last()).map(|(&a, &b)| [a, b]);
                assert_eq!(proof.multipliers(0), ends, "{m:?}");
                refused += usize::from(ends.is_none());
            }
        }
        assert!(refused > 0);
    }

    #[test]
    fn round_numbers_are_found() {
        assert_eq!(roundest(5, 9), Some(8));
        assert_eq!(roundest(9, 9), Some(9));
        assert_eq!(roundest(9, 8), None);
    }
}
