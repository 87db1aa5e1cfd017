//! A change of scale and what follows it as one change of scale, where that is proved to be exact.
//!
//! From the sum of an operator with weights to what a product or a sum with a constant makes of its output there are
//! two roundings, of which nothing is left where one alone does the same. Both ways the result never falls while the
//! sum grows, so that it is known by its thresholds: for each output the least sum that leads to it or to more. These
//! lie on one straight line, but for rounding, if one multiplier and one bias lead to all of them; which that are
//! follows from the thresholds, and whether they do is tried on each.

// Arithmetic of values, not of sizes: sums have 32 bits, and outputs 8.
#![allow(clippy::arithmetic_side_effects)]

use super::narrow::threshold;
use super::weighted::{Bounds, scaled};
use crate::quantize::Multiplier;
use crate::ranges::MAX_CHANNELS;

/// What is computed of a channel of an input: the channel, and the value.
pub(crate) type Following<'a> = &'a dyn Fn(usize, i32) -> i32;

/// How an operator with weights brings its sums to its output.
pub(crate) struct Scales<'a> {
    /// One, or one per unit.
    pub(crate) multipliers: &'a [Multiplier],
    /// What the sum of each unit can be.
    pub(crate) sums: &'a [Bounds],
    pub(crate) zero_point: i32,
    /// The least and the greatest output.
    pub(crate) range: (i32, i32),
}

/// The same with what follows.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Joined {
    /// One per unit.
    pub(crate) multipliers: Vec<Multiplier>,
    /// What is added to the bias of each unit.
    pub(crate) biases: Vec<i64>,
    /// The least and the greatest output.
    pub(crate) range: (i32, i32),
}

/// Biases near the one that is expected are tried, so many to either side.
const NEAR: i64 = 8;

/// Where between its bounds a factor is looked for: at ends it may be a rounding away from what is right.
const BETWEEN: [f64; 4] = [0.5, 0.25, 0.75, 0.99];

impl Scales<'_> {
    /// One change of scale to an output of this zero point that does the same as this one and `then`.
    pub(crate) fn with(&self, then: Following<'_>, zero_point: i32) -> Option<Joined> {
        // A file of units alone must not take long.
        (self.sums.len() <= MAX_CHANNELS).then_some(())?;
        let units = self.multipliers.iter().cycle().zip(self.sums).enumerate();
        let stairs: Vec<Stairs> = units
            .map(|(unit, (&m, &sums))| self.stairs(m, sums, |x| then(unit, x)))
            .collect::<Option<_>>()?;
        let least = stairs.iter().map(|stairs| stairs.least).min()?;
        let greatest = stairs.iter().map(|stairs| stairs.greatest()).max()?;
        let found = stairs.iter().map(|stairs| stairs.line((least, greatest), zero_point));
        let (multipliers, biases) = found.collect::<Option<Vec<_>>>()?.into_iter().unzip();
        Some(Joined { multipliers, biases, range: (least, greatest) })
    }

    /// What comes of the sums of a unit; `None` if it falls somewhere.
    fn stairs(&self, multiplier: Multiplier, sums: Bounds, then: impl Fn(i32) -> i32) -> Option<Stairs> {
        let (least, greatest) = self.range;
        let first = scaled(sums, multiplier).filter(|_| multiplier.multiplier != 0)?;
        let first = first.map(|x| x.saturating_add(self.zero_point)).clamped(least, greatest);
        let mut last = then(first.least);
        let mut stairs = Stairs { first: multiplier, sums, least: last, thresholds: Vec::new() };
        for x in first.least.saturating_add(1)..=first.greatest {
            let value = then(x);
            let steps = usize::try_from(value.checked_sub(last)?).ok()?;
            let at = threshold(i64::from(x) - i64::from(self.zero_point), multiplier);
            stairs.thresholds.extend(std::iter::repeat_n(at, steps));
            last = value;
        }
        Some(stairs)
    }
}

/// What comes of the sums of a unit.
struct Stairs {
    /// The first change of scale.
    first: Multiplier,
    /// The least and the greatest sum.
    sums: Bounds,
    /// What the least sum leads to.
    least: i32,
    /// The least sums that lead to the next outputs, in order.
    thresholds: Vec<i64>,
}

/// An output less the zero point, the greatest sum that must lead to less, and the least that must lead there.
type Step = (i64, Option<i64>, Option<i64>);

impl Stairs {
    fn greatest(&self) -> i32 {
        self.least.saturating_add(i32::try_from(self.thresholds.len()).unwrap_or(i32::MAX))
    }

    /// A multiplier, and what is to be added to sums, that lead to the same if outputs are limited to `range`.
    fn line(&self, range: (i32, i32), zero_point: i32) -> Option<(Multiplier, i64)> {
        let steps = self.steps(range, zero_point);
        let [least, greatest] = self.sums;
        let slope = match (self.thresholds.first(), self.thresholds.last()) {
            (Some(a), Some(b)) if a < b => (b - a) as f64 / (self.thresholds.len() - 1) as f64,
            (Some(_), _) => 2f64.powi(31 - self.first.shift) / f64::from(self.first.multiplier),
            // So far apart that there is none between.
            _ => (2 * greatest.saturating_sub(least).max(1)) as f64,
        };
        let shift = Multiplier::new(slope.recip())?.shift;
        let threshold = steps.iter().find(|(_, below, at)| below.is_some() && at.is_some());
        let &(value, below, at) = threshold.or(steps.first())?;
        let at = at.or(Some(below? + 1))?;
        let expected = (edge(value, shift) * slope).round() as i64 - at;
        let near = (0..=NEAR).flat_map(|d| [d, -d]);
        near.map(|d| expected.saturating_add(d)).find_map(|bias| {
            let (low, high) = bounds(&steps, bias, shift)?;
            let factors = BETWEEN.map(|part| (low + (high - low) * part).recip());
            let multiplier =
                |factor: &f64| Multiplier::new(*factor).filter(|m| self.is_right(&steps, *m, bias));
            factors.iter().find_map(multiplier).map(|multiplier| (multiplier, bias))
        })
    }

    /// All outputs that can be, and one more on either side where no limit keeps it away.
    fn steps(&self, range: (i32, i32), zero_point: i32) -> Vec<Step> {
        let [low, high] = self.sums;
        let value = |index: usize| i64::from(self.least) - i64::from(zero_point) + index as i64;
        let inner = self.thresholds.iter().enumerate();
        let inner = inner.map(|(index, &at)| (value(index) + 1, Some(at - 1), Some(at)));
        let first = (self.least > range.0).then_some((value(0), None, Some(low)));
        let last =
            (self.greatest() < range.1).then_some((value(self.thresholds.len()) + 1, Some(high), None));
        first.into_iter().chain(inner).chain(last).collect()
    }

    /// Whether a change of scale leads all sums to the same, which is proved by their thresholds.
    fn is_right(&self, steps: &[Step], multiplier: Multiplier, bias: i64) -> bool {
        let fits = scaled(self.sums.map(|sum| sum.saturating_add(bias)), multiplier).is_some();
        fits && multiplier.multiplier != 0
            && steps.iter().all(|&(value, below, at)| {
                let found = threshold(value, multiplier) - bias;
                below.is_none_or(|below| below < found) && at.is_none_or(|at| found <= at)
            })
    }
}

/// Between what the inverse of a factor must lie with this bias.
fn bounds(steps: &[Step], bias: i64, shift: i32) -> Option<(f64, f64)> {
    let (mut low, mut high) = (0.0f64, 2f64.powi(40));
    for &(value, below, at) in steps {
        let edge = edge(value, shift);
        let [below, at] = [below, at].map(|sum| Some((sum? + bias) as f64 / edge));
        // Dividing by what is negative turns them round.
        let (above, under) = if edge > 0.0 { (below, at) } else { (at, below) };
        low = above.map_or(low, |above| low.max(above));
        high = under.map_or(high, |under| high.min(under));
    }
    (low <= high && high > 0.0).then_some((low, high))
}

/// What a sum times the factor must reach to be rounded to `value` or more, with the two roundings of the reference.
fn edge(value: i64, shift: i32) -> f64 {
    let first = 2f64.powi(shift.min(0) - 1);
    match value {
        _ if shift >= 0 => value as f64 - 0.5,
        1.. => value as f64 - 0.5 - first,
        _ => value as f64 - 0.5 + first,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inner::requantize;

    const SUMS: Bounds = [-3000, 2800];

    fn scales(multipliers: &[Multiplier], range: (i32, i32)) -> Scales<'_> {
        Scales { multipliers, sums: &[SUMS; 1], zero_point: -3, range }
    }

    fn output(sum: i64, m: Multiplier, zero_point: i32, (least, greatest): (i32, i32)) -> i32 {
        (requantize(i32::try_from(sum).expect("small"), m.multiplier, m.shift) + zero_point)
            .clamp(least, greatest)
    }

    /// Tries all sums, far apart one after the other, so that what differs is soon found.
    fn is_same(first: &Scales<'_>, then: Following<'_>, zero_point: i32, joined: &Joined) -> bool {
        let count = SUMS[1] - SUMS[0] + 1;
        (0..count).map(|at| SUMS[0] + at * 1009 % count).all(|sum| {
            let two = then(0, output(sum, first.multipliers[0], first.zero_point, first.range));
            two == output(sum + joined.biases[0], joined.multipliers[0], zero_point, joined.range)
        })
    }

    /// Whether any change of scale in a fine raster does the same.
    fn is_possible(first: &Scales<'_>, then: Following<'_>, zero_point: i32, slope: f64) -> bool {
        let ends = SUMS.map(|sum| then(0, output(sum, first.multipliers[0], first.zero_point, first.range)));
        (-40..=40).any(|near| {
            let m = Multiplier::new(slope * (1.0 + f64::from(near) * 2e-4)).expect("a factor");
            (-150..=150).any(|bias| {
                let joined = Joined { multipliers: vec![m], biases: vec![bias], range: (ends[0], ends[1]) };
                is_same(first, then, zero_point, &joined)
            })
        })
    }

    #[test]
    fn what_is_joined_is_the_same_for_every_sum() {
        let mut found = [0; 2];
        for inverse in [21.0, 33.0, 34.5, 64.0, 97.3, 301.0] {
            for (factor, offset) in
                [(1.0, 0), (1.0, 9), (1.0 / 3.0, 0), (0.5, 0), (0.2, 4), (0.37, 1), (1.4, 0)]
            {
                for range in [(-128, 127), (-3, 127)] {
                    let multipliers = [Multiplier::new(1.0 / inverse).expect("a factor")];
                    let first = scales(&multipliers, range);
                    let then = |_, x: i32| (f64::from(x + 3) * factor).round() as i32 + offset;
                    let then = |unit, x| then(unit, x).clamp(-100, 100);
                    let joined = first.with(&then, 2);
                    if let Some(joined) = &joined {
                        assert!(is_same(&first, &then, 2, joined), "{inverse} {factor} {offset} {range:?}");
                    } else {
                        let slope = factor / inverse;
                        assert!(
                            !is_possible(&first, &then, 2, slope),
                            "{inverse} {factor} {offset} {range:?}"
                        );
                    }
                    found[usize::from(joined.is_some())] += 1;
                }
            }
        }
        assert!(found[0] > 20 && found[1] > 10, "{found:?}");
    }

    #[test]
    fn what_falls_is_not_joined() {
        let multipliers = [Multiplier::new(1.0 / 33.0).expect("a factor")];
        assert_eq!(scales(&multipliers, (-128, 127)).with(&|_, x| -x, 2), None);
    }
}
