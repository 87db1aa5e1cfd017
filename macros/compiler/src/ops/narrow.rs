//! From accumulators to outputs of eight bits by one product with a number of 24 bits, where that is proved to be exact.
//!
//! The reference multiplies by a significand of 31 bits and rounds twice. What comes of it never falls while the sum
//! grows, so that it is known by its thresholds: for each output the least sum that leads to it or to more. Another
//! function of the kind is the same if it has the same thresholds among the sums that can be. That of [`Narrow`] has a
//! multiplier, and an edge, which stands for what the first rounding adds. With a given multiplier the edges with which
//! it is right lie between two bounds, for every threshold excludes what is too small and what is too large.
//!
//! All units of a layer drop the same bits of a product, so that the unit with the greatest multiplier has all 24, and one
//! whose multiplier is an eighth of it has 21. A unit for which that is too few has four more bits below the others, where
//! edges have none: loops read them only where an output is near the next one. What fewer bits would do is known too:
//! multipliers have as few of [`BITS`] as are proved of the whole layer. Loops multiply by three bytes all the same, since a
//! third byte is needed in most layers: `tests/forms.rs` counts them.

// Arithmetic of values, not of sizes: the bounds of each are those of its formula.
#![allow(clippy::arithmetic_side_effects)]

use super::weighted::Bounds;
use crate::inner::{EDGE_BITS, FINE_BITS, NARROW_BITS};
use crate::kernels::shapes::{Narrow, Once, Requantization};
use crate::program::{Constant, Params, Variant};
use crate::quantize::Multiplier;
use std::fmt;

/// The greatest magnitude of a sum, and the greatest multiplier.
const MAX: i64 = (1 << NARROW_BITS) - 1;

/// Bits of a product that can be dropped.
const DROPPED: std::ops::RangeInclusive<i32> = 25..=39;

/// Zeros at the end of what an edge adds.
const EDGE_ZEROS: u32 = 12;

/// Bits of multipliers, of which the first are taken that are proved of all units of a layer.
const BITS: [u32; 3] = [16, 20, NARROW_BITS];

/// Multipliers next to the exact one that are tried, in order.
const NEAR: [i64; 7] = [0, 1, -1, 2, -2, 3, -3];

/// The form of a layer and its constants, if it is proved of every unit; `sums` are what its sums can be.
pub(crate) fn narrowed(
    to: Requantization,
    multipliers: &[Multiplier],
    sums: &[Bounds],
) -> Option<(Narrow, [Constant; 2])> {
    let Requantization { zero_point, least, greatest } = to;
    let each = || multipliers.iter().cycle().zip(sums);
    // The greatest multiplier takes all the bits there are.
    let greatest_shift = each().map(|(m, _)| m.shift).max()?;
    let bits = NARROW_BITS.cast_signed().checked_sub(greatest_shift)?;
    let bits = bits.clamp(*DROPPED.start(), *DROPPED.end()).cast_unsigned();
    let outputs = (least.checked_sub(zero_point)?, greatest.checked_sub(zero_point)?);
    let proof = |(&multiplier, &sums)| Proof { multiplier, bits, outputs, sums };
    let proofs: Vec<(Proof, Vec<Step>)> =
        each().map(proof).map(|p| p.steps().map(|steps| (p, steps))).collect::<Option<_>>()?;
    let of =
        |few: u32| proofs.iter().map(|(proof, steps)| proof.found(few, steps)).collect::<Option<Vec<_>>>();
    let found = BITS.into_iter().find_map(of).or_else(|| {
        let fine = |(proof, steps): &(Proof, Vec<Step>)| {
            proof.found(NARROW_BITS, steps).or_else(|| proof.found_fine(steps))
        };
        proofs.iter().map(fine).collect()
    })?;
    let scales = found.iter().map(|(m, edge)| (m | (edge >> 16) << NARROW_BITS) as i32);
    let edges = found.iter().map(|(_, edge)| (edge >> EDGE_BITS) as i8);
    let constants = [Constant::int32("MULTIPLIERS", scales), Constant::int8("EDGES", edges)];
    Some((Narrow { bits, zero_point, least, greatest }, constants))
}

/// How kernels bring sums to the scale of the output.
pub(crate) trait Form: Copy + fmt::Debug + 'static {
    /// The name of a kernel with this form, of those with each: as the reference has it, and narrow or once.
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

impl Form for Once {
    fn name([_, once]: [&'static str; 2]) -> &'static str {
        once
    }
}

/// The backend for which it pays: its processors multiply numbers of 8 bits.
pub(crate) const BACKEND: &str = "avr";

/// What is said of a layer that is proved to do with it: the bits that its multipliers have.
pub(crate) fn note([scales, edges]: &[Constant; 2]) -> String {
    if is_fine(edges) {
        let bits = NARROW_BITS + FINE_BITS;
        return format!("requantized by {bits} bits on AVR");
    }
    let all = scales.to_words().into_iter().fold(0, |all, scale| all | scale & MAX as i32);
    let zeros = all.trailing_zeros();
    let bits = BITS.into_iter().find(|bits| bits + zeros >= NARROW_BITS).unwrap_or(NARROW_BITS);
    format!("requantized by {bits} bits on AVR")
}

/// Whether multipliers have bits below a point.
pub(crate) fn is_fine(edges: &Constant) -> bool {
    edges.bytes.iter().any(|edge| edge & ((1 << FINE_BITS) - 1) != 0)
}

/// The kernel with this form, its weights, biases, and what [`narrowed`] found, if it does without bits below a point: what
/// few outputs would gain by these, all would pay for.
pub(crate) fn variant(
    module: &'static str,
    kernel: &'static str,
    params: &dyn Params,
    (weights, bias, scales): (Vec<i8>, &[i32], [Constant; 2]),
) -> Option<Variant> {
    let [scales, edges] = scales;
    if is_fine(&edges) {
        return None;
    }
    let bias = Constant::int32("BIAS", bias.iter().copied());
    let constants = vec![Constant::int8("WEIGHTS", weights), bias, scales, edges];
    let (parameters, params) = (Some(params.keep()), format!("{params:?}"));
    Some(Variant { backend: BACKEND, module, kernel, params, parameters, constants })
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

/// An output, and the greatest sum that leads to less and the least that leads there, if there are such.
type Step = (i64, Option<i64>, Option<i64>);

impl Proof {
    /// A multiplier of so many bits at most, and what its edge adds.
    fn found(&self, few: u32, steps: &[Step]) -> Option<(i64, i64)> {
        if self.multiplier.multiplier == 0 {
            return Some((0, 0));
        }
        let unit = 1 << (NARROW_BITS - few);
        let exact = (self.exact() + unit / 2) / unit;
        NEAR.iter().find_map(|near| {
            let m = (exact + near).clamp(0, MAX / unit) * unit;
            let [least, greatest] = self.edges(m, steps)?;
            let edge = divided_up(least.max(0), 1 << EDGE_ZEROS) << EDGE_ZEROS;
            (edge <= greatest.min(MAX)).then_some((m, edge))
        })
    }

    /// A multiplier with bits below a point, and what its edge adds, in which they lie too.
    fn found_fine(&self, steps: &[Step]) -> Option<(i64, i64)> {
        let fine = Self { bits: self.bits + FINE_BITS, ..*self };
        let exact = fine.exact();
        NEAR.iter().find_map(|near| {
            let m = (exact + near).clamp(0, MAX << FINE_BITS);
            let [least, greatest] = fine.edges(m, steps)?.map(|edge| edge >> FINE_BITS);
            let below = (m & ((1 << FINE_BITS) - 1)) << EDGE_BITS;
            // Rounded up, as the least one has to be.
            let least = (least + 1 - below).max(0);
            let edge = (divided_up(least, 1 << EDGE_ZEROS) << EDGE_ZEROS) + below;
            (edge <= greatest.min(MAX)).then_some((m >> FINE_BITS, edge))
        })
    }

    /// The multiplier of the reference, as one of which so many bits are dropped.
    fn exact(&self) -> i64 {
        let Multiplier { multiplier, shift } = self.multiplier;
        i64::from(multiplier) << 8 >> (39 - shift - self.bits.cast_signed()).clamp(0, 63)
    }

    /// The sums that tell one output from another, if they are not too great for it.
    fn steps(&self) -> Option<Vec<Step>> {
        let Self { multiplier, sums: [low, high], outputs, .. } = *self;
        // Shifted further to the left, sums could leave 32 bits in the reference.
        if low < -MAX || high > MAX || low > high || multiplier.shift > 6 {
            return None;
        }
        let step = |value: i64| {
            let at = threshold(value, multiplier);
            (value, (at > low).then(|| high.min(at - 1)), (at <= high).then(|| low.max(at)))
        };
        Some((i64::from(outputs.0) + 1..=i64::from(outputs.1)).map(step).collect())
    }

    /// From the least to the greatest that an edge may add with a multiplier, if there is any.
    fn edges(&self, m: i64, steps: &[Step]) -> Option<[i64; 2]> {
        // What is to be reached by `magnitude · m + half + edge`.
        let rest = |magnitude: i64, value: i64| (value << self.bits) - (1 << (self.bits - 1)) - magnitude * m;
        let (mut least, mut greatest) = (i64::MIN, i64::MAX);
        for &(value, below, above) in steps {
            match above {
                Some(sum @ 0..) => least = least.max(rest(sum, value)),
                Some(sum) => greatest = greatest.min(rest(-sum, 1 - value) - 1),
                None => {}
            }
            match below {
                Some(sum @ 0..) => greatest = greatest.min(rest(sum, value) - 1),
                Some(sum) => least = least.max(rest(-sum, 1 - value)),
                None => {}
            }
            (least <= greatest).then_some(())?;
        }
        Some([least, greatest])
    }
}

/// The least sum that leads the reference to `value` or more.
pub(super) fn threshold(value: i64, Multiplier { multiplier, shift }: Multiplier) -> i64 {
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
pub(super) fn divided_up(a: i64, b: i64) -> i64 {
    -(-a).div_euclid(b)
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
        let (mut random, mut proved, mut fine) = (7, 0, 0);
        for round in 0..300 {
            let m = multiplier(&mut random);
            let zero_point = (random >> 24) as i32 - 128;
            let least = if round % 3 == 0 { zero_point } else { -128 };
            let to = Requantization { zero_point, least, greatest: 127 - round % 2 };
            let sums = [-i64::from(random >> 10 & 0xffff), i64::from(random >> 6 & 0x7fff)];
            // Another unit, whose multiplier is up to 16 times as great: many sums tell more of a multiplier.
            let more = round % 5;
            let (greater, sums) = (Multiplier { shift: m.shift + more, ..m }, sums.map(|sum| sum << more));
            let Some((narrow, constants)) = narrowed(to, &[m, greater], &[sums, [0; 2]]) else { continue };
            fine += usize::from(is_fine(&constants[1]));
            let [scale, edge] = constants.map(|constant| constant.bytes);
            let (scale, edge) = (scale.first_chunk().expect("two"), edge[0].cast_signed());
            let scale = i32::from_le_bytes(*scale);
            proved += 1;
            for sum in sums[0] as i32..=sums[1] as i32 {
                let expected = requantize(sum, m.multiplier, m.shift) + zero_point;
                let expected = expected.clamp(to.least, to.greatest) as i8;
                let Narrow { bits, zero_point, least, greatest } = narrow;
                let found = narrow_s8(sum, scale, edge, bits, [zero_point, least, greatest]);
                assert_eq!(found, expected, "{sum} {m:?} {narrow:?} {scale:#x}");
            }
        }
        assert!(proved > 200 && fine > 5, "{proved}, {fine} of them with bits below a point");
    }

    /// With few sums it can be tried whether there is any edge at all.
    #[test]
    fn what_is_not_proved_is_not_so() {
        const BITS: u32 = 16;
        let (mut refused, mut proved) = (0, 0);
        for significand in (1 << 30..i32::MAX).step_by(40_000_003) {
            for (shift, near) in [(-3, 0), (-2, 1), (-1, 0), (-4, -3)] {
                let m = Multiplier { multiplier: significand, shift };
                let proof = Proof { multiplier: m, bits: BITS, outputs: (-100, 90), sums: [-300, 250] };
                let scale = (significand >> (31 - 16 - shift)) + near;
                let right = |edge: i32| {
                    (-300..=250).all(|sum: i32| {
                        let product = (sum.abs() * scale + (1 << (BITS - 1)) + edge) >> BITS;
                        let found = if sum < 0 { -product } else { product };
                        found.clamp(-100, 90) == requantize(sum, significand, shift).clamp(-100, 90)
                    })
                };
                let edges = || (-20_000..20_000).step_by(97);
                let expected: Vec<i32> = edges().filter(|&edge| right(edge)).collect();
                let bounds = proof.edges(scale.into(), &proof.steps().expect("sums are small"));
                let [least, greatest] = bounds.unwrap_or([1, 0]);
                let found: Vec<i32> = edges().filter(|&e| (least..=greatest).contains(&e.into())).collect();
                assert_eq!(found, expected, "{m:?} {scale}");
                proved += usize::from(!found.is_empty());
                refused += usize::from(found.is_empty());
            }
        }
        assert!(refused > 0 && proved > 0, "{refused} {proved}");
    }
}
