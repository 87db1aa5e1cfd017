//! From accumulators to outputs by the upper half of one product, where that is proved to be exact.
//!
//! The reference rounds a product, shifts it, rounds again and adds the zero point. What comes of it never falls while
//! the sum grows, so that it is known by its thresholds: for each output the least sum that leads to it or to more. With
//! an offset that is added to the sum, the upper half of a product has thresholds of its own: where each of them is as far
//! from the reference's as any other, that distance is the offset, and the outputs are the same.
//!
//! Both roundings of the reference come to half a step of the output and half a step of the first product, below which
//! outputs that are not less than the zero point begin. With `2^e` of the latter in one of the former and the significand
//! `μ` of the multiplier, that is `(2^e + 1) / 2μ` in steps of the sum, and with the zero point `z` it is
//! `((2z + 1) · 2^e + 1) / 2μ`. Where this is a whole number, so are all distances. Multipliers of models that have
//! no reference may be changed for that: by less than a thousandth, and the less the more sums lead to one output, for the
//! number is large then.
//!
//! Negative outputs are rounded the other way, which moves their thresholds: there is no offset for both.

// Arithmetic of values, not of sizes: the bounds of each are those of its formula.
#![allow(clippy::arithmetic_side_effects)]

use super::narrow::{divided_up, threshold};
use super::unit_blocks::{Simplified, ordered};
use super::weighted::Bounds;
use crate::kernels::shapes::Requantization;
use crate::lower::Lowering;
use crate::program::{Constant, Variant};
use crate::quantize::Multiplier;

/// Bits that a sum has beside its sign, with what is added to it.
const SUM_BITS: u32 = 30;

/// The magnitude of the least input.
const GREATEST_INPUT: i64 = 128;

/// No multiplier is changed by more than one of so many parts.
const PARTS: i64 = 1024;

/// Numbers of steps to both sides that are tried.
const TRIED: i64 = 64;

/// What is said of a layer that is.
const NOTE: &str = "outputs rounded once";

/// Notes of the call that comes next if one of its kernels rounds once.
pub(crate) fn note(to: &mut Lowering<'_>, variants: &[Variant]) {
    if variants.iter().any(|variant| variant.kernel.contains("_once_")) {
        to.note(NOTE.to_owned());
    }
}

/// A layer that is rounded once: its units one after the other.
#[derive(Clone, Debug)]
pub(crate) struct Units {
    pub(crate) weights: Vec<i8>,
    /// With the offsets in them.
    pub(crate) bias: Vec<i32>,
    pub(crate) multipliers: Vec<i32>,
}

impl Units {
    /// The layer with weights of `filter` in each unit, if that is proved of all of them.
    pub(crate) fn of(layer: &Simplified, filter: usize, output: Requantization) -> Option<Self> {
        let Simplified { weights, bias, multipliers } = layer;
        let mut units = Self { weights: weights.clone(), bias: Vec::new(), multipliers: Vec::new() };
        for ((weights, &bias), &multiplier) in weights.chunks_exact(filter.max(1)).zip(bias).zip(multipliers)
        {
            let sums = sums(weights, bias.into());
            let (multiplier, offset) = constants(multiplier, output, Some(sums))?;
            let bias = i64::from(bias) + offset;
            let reach = sums.iter().map(|&sum| (sum + offset).abs()).max()?;
            let partial = bias.abs().max((bias - offset).abs()) + magnitude(weights);
            (reach.max(partial) < 1 << SUM_BITS).then_some(())?;
            units.bias.push(bias.try_into().ok()?);
            units.multipliers.push(multiplier);
        }
        Some(units)
    }

    /// The constants of kernels that have them one after the other.
    pub(crate) fn constants(self) -> Vec<Constant> {
        let [bias, multipliers] = [("BIAS", self.bias), ("MULTIPLIERS", self.multipliers)]
            .map(|(name, values)| Constant::int32(name, values));
        vec![Constant::int8("WEIGHTS", self.weights), bias, multipliers]
    }

    /// The same layer with its units in another order.
    pub(crate) fn in_order(&self, order: &[usize]) -> Self {
        let filter = self.weights.len().checked_div(self.bias.len()).unwrap_or(0).max(1);
        let units: Vec<&[i8]> = self.weights.chunks_exact(filter).collect();
        Self {
            weights: ordered(&units, order).concat(),
            bias: ordered(&self.bias, order),
            multipliers: ordered(&self.multipliers, order),
        }
    }
}

/// Whether all sums of units with such multipliers can be rounded once.
pub(crate) fn suits(multipliers: &[Multiplier], output: Requantization) -> bool {
    multipliers.iter().all(|&multiplier| constants(multiplier, output, None).is_some())
}

/// A multiplier next to one, with which all sums can be rounded once, if there is one.
pub(crate) fn near(exact: Multiplier, output: Requantization) -> Option<Multiplier> {
    let Multiplier { multiplier, shift: shift @ -24..=-1 } = exact else { return None };
    if output.least < output.zero_point || multiplier <= 0 {
        return None;
    }
    // `numerator / 2μ`, for significands in Q31.
    let numerator = ((2 * i64::from(output.zero_point) + 1) << -shift) + 1;
    let steps = |significand: i64| (numerator << 30).div_euclid(significand);
    let middle = steps(multiplier.into());
    let away = (0..TRIED).flat_map(|away| [middle + away + 1, middle - away]);
    let significand = |count: i64| (count != 0).then(|| ((numerator << 30) + count / 2).div_euclid(count));
    let zeros = u32::try_from(-shift - 1).unwrap_or(0);
    let whole = |significand: i64| ((significand + (1 << zeros >> 1)) >> zeros) << zeros;
    let tried = away.filter_map(significand).flat_map(|found| [found, whole(found)]);
    let is_near = |found: &i64| (found - i64::from(multiplier)).abs() < i64::from(multiplier) / PARTS;
    tried
        .filter(is_near)
        .filter_map(|found| i32::try_from(found).ok().filter(|found| *found >= 1 << 30))
        .map(|multiplier| Multiplier { multiplier, shift })
        .find(|&found| constants(found, output, None).is_some())
}

/// The factor of a product whose upper half is the output, and what is added to the sum before, if that gives what the
/// reference does for all of these sums, or for any.
fn constants(exact: Multiplier, output: Requantization, sums: Option<Bounds>) -> Option<(i32, i64)> {
    let Multiplier { multiplier, shift: shift @ -24..=-1 } = exact else { return None };
    let zeros = -shift - 1;
    let factor = (i64::from(multiplier) + (1 << zeros >> 1)) >> zeros;
    let factor = i32::try_from(factor).ok().filter(|&factor| factor > 0)?;
    let (mut least, mut greatest) = (i64::MIN, i64::MAX);
    for value in i64::from(output.least) + 1..=output.greatest.into() {
        let at = threshold(value - i64::from(output.zero_point), exact);
        let own = divided_up(value << 32, factor.into());
        let [low, high] = sums.unwrap_or([at - 1, at]);
        if at <= high {
            least = least.max(own - at.max(low));
        }
        if at > low {
            greatest = greatest.min(own - 1 - high.min(at - 1));
        }
        (least <= greatest).then_some(())?;
    }
    // Sums that all lead to one output leave one side open, or both.
    let offset = if least == i64::MIN { greatest.min(0) } else { least };
    Some((factor, offset))
}

/// What the sums of a unit can be.
fn sums(weights: &[i8], bias: i64) -> Bounds {
    let end = |least: bool| {
        let product =
            |&w: &i8| i64::from(w) * if (w < 0) == least { GREATEST_INPUT - 1 } else { -GREATEST_INPUT };
        bias + weights.iter().map(product).sum::<i64>()
    };
    [end(true), end(false)]
}

/// What all partial sums stay below.
fn magnitude(weights: &[i8]) -> i64 {
    weights.iter().map(|&w| i64::from(w).abs() * GREATEST_INPUT).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inner::once;
    use crate::kernels::random::Random;

    const RELU: Requantization = Requantization { zero_point: -128, least: -128, greatest: 127 };

    fn random_multiplier(random: &mut Random) -> Multiplier {
        let multiplier = (1 << 30) | random.below(1 << 30) as i32;
        Multiplier { multiplier, shift: -1 - random.below(11) as i32 }
    }

    /// All sums around all thresholds, of the reference and of what was found.
    fn check(multiplier: Multiplier, output: Requantization, factor: i32, offset: i64) {
        let Multiplier { multiplier: significand, shift } = multiplier;
        for value in -129..=128 {
            let at = threshold(value - i64::from(output.zero_point), multiplier);
            let own = divided_up(value << 32, factor.into()) - offset;
            for sum in [at, own].into_iter().flat_map(|at| at - 2..at + 2) {
                let expected = output.to_s8(sum as i32, significand, shift as i8);
                let found = once((sum + offset) as i32, factor);
                let found = i32::from(found).clamp(output.least, output.greatest);
                assert_eq!(found, expected.into(), "{sum} {multiplier:?} {output:?}");
            }
        }
    }

    #[test]
    fn near_multipliers_are_rounded_once() {
        let mut random = Random::new(3);
        let mut found = 0;
        for round in 0..400 {
            let exact = random_multiplier(&mut random);
            let output = match round % 4 {
                0 => Requantization { greatest: 20 + round / 4, ..RELU },
                1 => Requantization { zero_point: -100, least: -100, greatest: 127 },
                _ => RELU,
            };
            let Some(near) = near(exact, output) else { continue };
            let (one, other) = (f64::from(exact.multiplier), f64::from(near.multiplier));
            assert!((one / other - 1.0).abs() < 1.0 / PARTS as f64 && near.shift == exact.shift);
            let (factor, offset) = constants(near, output, None).expect("near ones suit");
            check(near, output, factor, offset);
            found += 1;
        }
        assert!(found > 300, "only {found} of 400");
    }

    #[test]
    fn what_goes_below_the_zero_point_is_not_rounded_once() {
        let mut random = Random::new(5);
        let all = Requantization { zero_point: 0, least: -128, greatest: 127 };
        for _ in 0..100 {
            let multiplier = random_multiplier(&mut random);
            assert!(near(multiplier, all).is_none() && constants(multiplier, all, None).is_none());
        }
    }

    #[test]
    fn layers_with_few_sums_have_more_offsets() {
        let mut random = Random::new(7);
        let mut layers = 0;
        for _ in 0..200 {
            let multiplier = Multiplier { shift: -7, ..random_multiplier(&mut random) };
            let weights: Vec<i8> = (0..3).map(|_| random.below(3) as i8 - 1).collect();
            let bias = vec![random.below(2000) as i32];
            let layer = Simplified { weights, bias, multipliers: vec![multiplier] };
            let Some(units) = Units::of(&layer, 3, RELU) else { continue };
            layers += 1;
            let [low, high] = sums(&layer.weights, layer.bias[0].into());
            for sum in low as i32..=high as i32 {
                let expected = RELU.to_s8(sum, multiplier.multiplier, multiplier.shift as i8);
                let found = once(sum - layer.bias[0] + units.bias[0], units.multipliers[0]);
                assert_eq!(found, expected, "{sum} {multiplier:?}");
            }
        }
        assert!(layers > 20, "only {layers} layers");
    }

    #[test]
    fn sums_have_room() {
        let of = |bias: i32, shift: i32| {
            let exact = near(Multiplier { multiplier: 1_400_000_000, shift }, RELU).expect("there is one");
            let layer = Simplified { weights: vec![1, 2], bias: vec![bias], multipliers: vec![exact] };
            Units::of(&layer, 2, RELU).is_some()
        };
        assert!(of(0, -5) && of(1 << 29, -5));
        assert!(!of((1 << 30) - 1, -5) && !of(i32::MAX, -5));
    }
}
