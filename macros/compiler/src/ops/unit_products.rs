//! From accumulators to outputs of eight bits by two products of 32 bits, for processors that multiply no further: the
//! constants that `inner::portable::fours` tells of, where they are proved to give the same outputs.
//!
//! As with one product of more bits (see `ops/narrow.rs`), the reference is known by its thresholds: for each output the
//! least sum that leads to it or to more. What takes its place never falls either, so that it is the same if it has the
//! same thresholds among the sums that can be. With a given multiplier every threshold excludes constants that are too
//! small and constants that are too large; what is left between them will do.

// Arithmetic of values, not of sizes: factors have 32 bits, and 64 hold their products.
#![allow(clippy::arithmetic_side_effects)]

use super::narrow::threshold;
use super::unit_blocks::Simplified;
use super::unit_fours;
use super::weighted::Bounds;
use crate::inner::{DROPPED_OF_SUM, FOUR, FOUR_CONSTANTS, LOWER_OF_SCALE, SHORT, SIGNED, UNIT_CONSTANTS};
use crate::kernels::shapes::Requantization;
use crate::program::{Constant, Variant};
use crate::quantize::Multiplier;

/// The backend whose processors give the lower 32 bits of a product, a part of the one whose weights lie in fours.
const BACKEND: &str = "v6m";

/// Bits of a multiplier, the most first: more than these do not fit beside any sum, and with less nothing is proved.
const BITS: std::ops::RangeInclusive<i32> = 16..=28;

/// Numbers of bits that are tried, from the greatest that fits on.
const TRIED: usize = 3;

/// Multipliers next to the exact one that are tried, in order.
const NEAR: [i64; 7] = [0, 1, -1, 2, -2, 3, -3];

/// Puts these constants in the place of the full ones, for as many fours of units as they are proved of, and says of how
/// many that is, if it is of any.
///
/// `sums` are what the sums of each unit can be, and `layer` has those units that have but one output made simple. Both are
/// in the order of the constants.
pub(crate) fn shorten(
    variants: &mut Vec<Variant>,
    layer: impl FnOnce() -> Simplified,
    sums: &[Bounds],
    output: Requantization,
) -> Option<String> {
    let own = variants.iter().position(|variant| variant.backend == BACKEND);
    let shared = variants.iter().position(|variant| variant.backend == unit_fours::BACKEND);
    let at = own.or(shared)?;
    let mut short = Variant { backend: BACKEND, ..variants.get(at)?.clone() };
    // Behind the weights, if these are in the same constant.
    let constants = short.constants.last_mut()?;
    let mut words = constants.to_words();
    let four = words.len().checked_div(sums.len().div_ceil(FOUR)).filter(|&four| four >= FOUR_CONSTANTS)?;
    let fours = words.chunks_exact_mut(four);
    let count = shorten_fours(
        &layer(),
        sums,
        output,
        fours.filter_map(|words| words.last_chunk_mut::<FOUR_CONSTANTS>()),
    );
    *constants = Constant::int32(constants.name, words);
    let note = note(count, sums.len().div_ceil(FOUR))?;
    if own.is_some() {
        variants.remove(at);
    }
    // Before the one whose place it takes.
    variants.insert(at, short);
    Some(note)
}

/// How many fours have them then.
fn shorten_fours<'a>(
    layer: &Simplified,
    sums: &[Bounds],
    output: Requantization,
    fours: impl Iterator<Item = &'a mut [i32; FOUR_CONSTANTS]>,
) -> usize {
    let Simplified { weights, bias, multipliers } = layer;
    let filter = weights.len().checked_div(bias.len()).unwrap_or(0).max(1);
    let units = weights.chunks_exact(filter).zip(bias).zip(multipliers).zip(sums);
    let unit = |(((weights, &bias), &multiplier), &sums): (((&[i8], &i32), &Multiplier), &Bounds)| {
        // A unit that has become simple has another sum than it had.
        let sums = if weights.iter().all(|&w| w == 0) { [bias.into(); 2] } else { sums };
        Unit { bias, multiplier, sums, output }
    };
    let units: Vec<Unit> = units.map(unit).collect();
    let mut count = 0;
    for (units, words) in units.chunks(FOUR).zip(fours) {
        let signed = units.iter().any(Unit::is_signed);
        let found: Option<Vec<_>> = units.iter().map(|unit| unit.found(signed)).collect();
        let Some(found) = found else { continue };
        let none = [0, 0, SHORT | if signed { SIGNED } else { 0 } | 1, 0];
        let found = found.into_iter().chain(std::iter::repeat(none));
        for (words, found) in words.chunks_exact_mut(UNIT_CONSTANTS).zip(found) {
            words.copy_from_slice(&found);
        }
        count += 1;
    }
    count
}

/// What is said of a layer of which so many fours of units have them.
fn note(count: usize, fours: usize) -> Option<String> {
    match count {
        0 => None,
        all if all == fours => Some("requantized by two short products on Cortex-M0".to_owned()),
        some => Some(format!(
            "{some} of {fours} fours of channels requantized by two short products on Cortex-M0"
        )),
    }
}

/// What is to be proved of a unit.
struct Unit {
    bias: i32,
    /// That of the reference.
    multiplier: Multiplier,
    /// The least and the greatest sum, with the bias.
    sums: Bounds,
    output: Requantization,
}

/// An output less its zero point, and the greatest sum that leads to less and the least that leads there, if there are
/// such.
type Step = (i64, Option<i64>, Option<i64>);

impl Unit {
    /// Whether some threshold is between negative outputs, where halves are rounded the other way.
    fn is_signed(&self) -> bool {
        self.output.least < self.output.zero_point && self.sums[0] < 0
    }

    /// The constants.
    fn found(&self, signed: bool) -> Option<[i32; UNIT_CONSTANTS]> {
        let [low, high] = self.sums;
        if self.multiplier.shift >= 0 || low > high || low < i32::MIN.into() || high > i32::MAX.into() {
            return None;
        }
        let steps = self.steps();
        let fitting = BITS.rev().filter(|&bits| self.fits(bits)).take(TRIED);
        let mut tried = fitting.flat_map(|bits| NEAR.map(|near| (bits, near)));
        tried.find_map(|(bits, near)| self.with(bits, near, signed, &steps))
    }

    fn steps(&self) -> Vec<Step> {
        let [low, high] = self.sums;
        let Requantization { zero_point, least, greatest } = self.output;
        let step = |value: i64| {
            let at = threshold(value, self.multiplier);
            (value, (at > low).then(|| high.min(at - 1)), (at <= high).then(|| low.max(at)))
        };
        let less = |output: i32| i64::from(output) - i64::from(zero_point);
        (less(least) + 1..=less(greatest)).map(step).collect()
    }

    /// Whether the greatest multiplier of so many bits leaves room for all sums.
    fn fits(&self, bits: i32) -> bool {
        self.sums.iter().all(|&sum| Short::new((1 << bits) - 1, 0).holds(sum))
    }

    /// The constants with a multiplier of so many bits, `near` the exact one.
    fn with(&self, bits: i32, near: i64, signed: bool, steps: &[Step]) -> Option<[i32; UNIT_CONSTANTS]> {
        let Multiplier { multiplier, shift } = self.multiplier;
        let exponent = bits - LOWER_OF_SCALE.cast_signed() - shift;
        let to_drop = 31 - bits;
        let exact = (i64::from(multiplier) + (1 << (to_drop - 1))) >> to_drop;
        // One of what the reference rounds first.
        let one = bits - LOWER_OF_SCALE.cast_signed();
        let short = Short::new((exact + near).max(0), if signed { 1 << one } else { 0 });
        // Sums between those that it holds it holds too.
        let holds = self.sums.iter().all(|&sum| short.holds(sum));
        (holds && (1..=30).contains(&exponent)).then_some(())?;
        let (mut least, mut greatest) = (i64::MIN, i64::MAX);
        for &(value, below, above) in steps {
            let value = value << exponent;
            if let Some(sum) = above {
                least = least.max(value - short.scaled(sum));
            }
            if let Some(sum) = below {
                greatest = greatest.min(value - 1 - short.scaled(sum));
            }
            (least <= greatest).then_some(())?;
        }
        let half = 1i64 << (exponent - 1);
        let offset = half.clamp(least, greatest) + (i64::from(self.output.zero_point) << exponent);
        for sum in self.sums {
            i32::try_from(short.scaled(sum) + offset).ok()?;
        }
        let flags = SHORT | if signed { SIGNED | one << 8 } else { 0 };
        Some([self.bias, short.scale()?, exponent | flags, i32::try_from(offset).ok()?])
    }
}

/// A multiplier in two parts, and what is taken away from negative products.
struct Short {
    upper: i64,
    lower: i64,
    below_zero: i64,
}

impl Short {
    fn new(multiplier: i64, below_zero: i64) -> Self {
        let lower = multiplier & ((1 << LOWER_OF_SCALE) - 1);
        Self { upper: multiplier >> LOWER_OF_SCALE, lower, below_zero }
    }

    /// Whether all steps on the way from a sum have 32 bits.
    fn holds(&self, sum: i64) -> bool {
        let [lower, upper] = [(sum >> DROPPED_OF_SUM) * self.lower, sum * self.upper];
        [lower, upper, self.product(sum)].iter().all(|&value| i32::try_from(value).is_ok())
    }

    fn product(&self, sum: i64) -> i64 {
        let lower = (sum >> DROPPED_OF_SUM) * self.lower;
        sum * self.upper + (lower >> (LOWER_OF_SCALE - DROPPED_OF_SUM))
    }

    /// A sum at its scale.
    fn scaled(&self, sum: i64) -> i64 {
        let product = self.product(sum);
        if product < 0 { product - self.below_zero } else { product }
    }

    /// Both parts in a word.
    fn scale(&self) -> Option<i32> {
        let upper = u16::try_from(self.upper).ok()?;
        Some((u32::from(upper) << 16).cast_signed() | i32::try_from(self.lower).ok()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inner::flash::Flash;
    use crate::inner::short_outputs_of_sums;

    fn random(state: &mut u32) -> u32 {
        *state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        *state >> 8
    }

    /// What the reference makes of a sum.
    fn expected(unit: &Unit, sum: i32) -> i8 {
        unit.output.to_s8(sum, unit.multiplier.multiplier, unit.multiplier.shift as i8)
    }

    /// What the loops make of it with constants, before and after the limits of the layer.
    fn found(unit: &Unit, constants: &[i32; UNIT_CONSTANTS], sum: i32) -> i8 {
        let four = [*constants; FOUR];
        let sums = [sum.wrapping_sub(constants[0]); FOUR];
        let [value, ..] = short_outputs_of_sums(Flash::from_slice(four.as_flattened()), sums);
        i32::from(value).clamp(unit.output.least, unit.output.greatest) as i8
    }

    #[test]
    fn what_is_proved_is_so_for_every_sum() {
        let (mut state, mut proved, mut signed_ones) = (7, 0, 0);
        for round in 0..240u32 {
            let number = random(&mut state);
            let significand = match round % 8 {
                0 => 1 << 30,
                1 => i32::MAX,
                _ => 1 << 30 | (number << 6 & 0x3fff_ffff).cast_signed(),
            };
            let multiplier = Multiplier { multiplier: significand, shift: -1 - (round % 11).cast_signed() };
            let zero_point = (random(&mut state) & 0xff).cast_signed() - 128;
            let least = if round % 3 == 0 { zero_point } else { -128 };
            let output = Requantization { zero_point, least, greatest: 127 - (round % 2).cast_signed() };
            let width = 1 << (10 + round % 7);
            let sums = [-(i64::from(random(&mut state)) % width), i64::from(random(&mut state)) % width];
            let unit = Unit { bias: random(&mut state) as i16 as i32, multiplier, sums, output };
            let signed = unit.is_signed() || round % 5 == 0;
            let Some(constants) = unit.found(signed) else { continue };
            proved += 1;
            signed_ones += u32::from(signed);
            for sum in sums[0] as i32..=sums[1] as i32 {
                assert_eq!(
                    found(&unit, &constants, sum),
                    expected(&unit, sum),
                    "{sum} {multiplier:?} {output:?}"
                );
            }
        }
        assert!(proved > 150 && signed_ones > 50, "{proved} {signed_ones}");
    }

    /// With few sums it can be tried whether any constant is right.
    #[test]
    fn what_is_not_proved_is_not_so() {
        let (mut refused, mut proved) = (0, 0);
        for significand in (1 << 30..i32::MAX).step_by(100_000_007) {
            for (shift, bits, signed) in [(-1, 16, false), (-2, 16, true), (-3, 17, true), (-2, 19, true)] {
                let multiplier = Multiplier { multiplier: significand, shift };
                let output = Requantization { zero_point: 0, least: -100, greatest: 90 };
                let unit = Unit { bias: 0, multiplier, sums: [-700, 900], output };
                let proof = unit.with(bits, 0, signed, &unit.steps());
                let constants = proof.or_else(|| {
                    // The same multiplier, with any constant.
                    let one = Unit { sums: [0, 0], ..unit };
                    one.with(bits, 0, signed, &one.steps())
                });
                let Some([bias, scale, exponent, _]) = constants else { panic!("{multiplier:?}") };
                let range = 1 << (exponent & 0xff);
                let right = |offset: i32| {
                    let constants = [bias, scale, exponent, offset];
                    (-700..=900).all(|sum| found(&unit, &constants, sum) == expected(&unit, sum))
                };
                let any = (0..range).any(right);
                assert_eq!(proof.is_some(), any, "{multiplier:?} {bits} {signed}");
                proved += u32::from(any);
                refused += u32::from(!any);
            }
        }
        assert!(refused > 0 && proved > 0, "{refused} {proved}");
    }

    /// Bytes that look random.
    fn bytes(state: &mut u32, len: usize) -> Vec<i8> {
        (0..len).map(|_| random(state) as i8).collect()
    }

    #[test]
    fn fours_that_are_not_proved_stay_as_they_are() {
        const FILTER: usize = 7;
        let mut state = 5;
        for (zero_point, least) in [(-128, -128), (3, -128), (20, 20)] {
            let output = Requantization { zero_point, least, greatest: 127 };
            let weights = bytes(&mut state, FILTER * 11);
            let multipliers: Vec<Multiplier> = (0..11)
                .map(|_| Multiplier {
                    multiplier: 1 << 30 | random(&mut state) as i32 & 0x3fff_ffff,
                    shift: -6,
                })
                .collect();
            let mut bias: Vec<i32> = (0..11).map(|_| random(&mut state) as i16 as i32 / 4).collect();
            // Among the units of the second four, one whose sums are too great.
            bias[5] = 1 << 23;
            let sums: Vec<Bounds> = (weights.chunks(FILTER).zip(&bias))
                .map(|(weights, &bias)| {
                    let reach: i64 = weights.iter().map(|&w| i64::from(w).abs() << 7).sum();
                    [i64::from(bias) - reach, i64::from(bias) + reach]
                })
                .collect();
            let layer = || Simplified {
                weights: weights.clone(),
                bias: bias.clone(),
                multipliers: multipliers.clone(),
            };
            let mut variants: Vec<Variant> =
                unit_fours::fully_connected(&layer(), FILTER, output).into_iter().collect();
            let note = shorten(&mut variants, layer, &sums, output);
            assert_eq!(
                note.as_deref(),
                Some("2 of 3 fours of channels requantized by two short products on Cortex-M0")
            );
            let [short, full] = variants.as_slice() else { panic!("{variants:?}") };
            assert_eq!([short.backend, full.backend], ["v6m", "portable"]);
            let words = |variant: &Variant| variant.constants[1].to_words();
            assert_eq!(words(short)[16..32], words(full)[16..32]);
            let words = words(short);
            for four in [0, 2] {
                let constants = &words[four * FOUR_CONSTANTS..][..FOUR_CONSTANTS];
                assert_eq!(constants[2] & SIGNED != 0, least < zero_point, "{constants:x?}");
                let x = bytes(&mut state, FILTER);
                let units = weights.chunks(FILTER).skip(four * FOUR);
                let mut products =
                    units.map(|w| w.iter().zip(&x).map(|(&w, &x)| i32::from(w) * i32::from(x)).sum());
                let accumulators = [0; FOUR].map(|_: i32| products.next().unwrap_or(0));
                let found = short_outputs_of_sums(Flash::from_slice(constants), accumulators);
                for (at, (found, sum)) in
                    found.into_iter().zip(accumulators).enumerate().take(11 - four * FOUR)
                {
                    let unit = four * FOUR + at;
                    let expected = output.to_s8(sum + bias[unit], multipliers[unit].multiplier, -6);
                    assert_eq!(i32::from(found).clamp(least, 127), expected.into(), "{unit}");
                }
            }
        }
    }

    #[test]
    fn what_leaves_the_registers_is_not_proved() {
        let multiplier = Multiplier { multiplier: 1 << 30, shift: -8 };
        let output = Requantization { zero_point: -128, least: -128, greatest: 127 };
        let of = |sum: i64| Unit { bias: 0, multiplier, sums: [-sum, sum], output }.found(false).is_some();
        assert!(of(100_000) && of(1 << 20));
        assert!(!of(1 << 23) && !of(1 << 30));
        let left = Multiplier { multiplier: 1 << 30, shift: 0 };
        assert!(Unit { bias: 0, multiplier: left, sums: [0, 1], output }.found(false).is_none());
    }
}
