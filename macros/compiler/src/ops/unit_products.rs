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
mod tests;
