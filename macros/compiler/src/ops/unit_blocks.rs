//! Weights in blocks of four units, for backends whose loops read them so: the layout that
//! `inner::portable::blocks` defines.

// Arithmetic of values, not of sizes: the bounds of each are those of its formula.
#![allow(clippy::arithmetic_side_effects)]

use super::convolution::transposed;
use super::once;
use crate::inner::{BLOCK, BLOCK_CONSTANTS, BLOCK_CONSTANTS_ONCE};
use crate::kernels::shapes::Requantization;
use crate::program::Constant;
use crate::quantize::Multiplier;

/// A layer whose units are weighted sums.
pub(crate) struct Units<'a> {
    /// Weights, unit by unit.
    pub(crate) weights: &'a [i8],
    /// Weights of one unit.
    pub(crate) filter: usize,
    /// Weights of a unit that meet inputs in one piece; a unit has several such runs.
    pub(crate) run: usize,
    /// Bias of each unit, with the zero point of the input folded in.
    pub(crate) bias: &'a [i32],
    pub(crate) scales: Scales<'a>,
}

/// What brings sums of units to the scale of the output.
#[derive(Clone, Copy)]
pub(crate) enum Scales<'a> {
    /// As the reference does it.
    Full {
        /// One, or one per unit.
        multipliers: &'a [Multiplier],
        /// Whether halves between negative outputs have to be rounded away from zero.
        ties: bool,
    },
    /// By the upper half of one product: the other factor of each unit.
    Once(&'a [i32]),
}

/// Bits that a sum has beside its sign, before it is doubled.
const SUM_BITS: u32 = 30;

/// Bits that a sum of which 256 times as much is added up has beside its sign.
const SECOND_SUM_BITS: u32 = 23;

/// The greatest magnitude of an input, which none but the least has.
const GREATEST_INPUT: i64 = 128;

/// Bytes of stack that a kernel may take for inputs.
pub(crate) const MAX_MEMORY: usize = 8192;

/// Bytes of stack for a pair of inputs of two pixels.
pub(crate) const MEMORY_OF_A_STEP: usize = 8;

/// Parameters as an expression of a type with other generic arguments than there are here.
pub(crate) fn with_arguments(params: &dyn std::fmt::Debug, arguments: std::fmt::Arguments<'_>) -> String {
    let text = format!("{params:?}");
    match text.split_once(' ') {
        Some((name, fields)) => format!("{name}::<{arguments}> {fields}"),
        None => text,
    }
}

impl<'a> Units<'a> {
    /// Those of a layer, with so many weights of a unit in one piece.
    pub(crate) fn full(layer: &'a Simplified, filter: usize, run: usize, output: Requantization) -> Self {
        let Simplified { weights, bias, multipliers } = layer;
        let scales = Scales::Full { multipliers, ties: output.least < output.zero_point };
        Self { weights, filter, run, bias, scales }
    }

    /// The same where they are rounded once.
    pub(crate) fn once(layer: &'a once::Units, filter: usize, run: usize) -> Self {
        let once::Units { weights, bias, multipliers } = layer;
        Self { weights, filter, run, bias, scales: Scales::Once(multipliers) }
    }
}

impl Units<'_> {
    /// Words of inputs that meet a unit.
    pub(crate) fn steps(&self) -> usize {
        let runs = self.filter.checked_div(self.run).unwrap_or(0);
        runs.saturating_mul(self.run.div_ceil(2))
    }

    /// The blocks, if the loops that read them give the right sums and outputs.
    pub(crate) fn blocks(&self) -> Option<Constant> {
        let units: Vec<&[i8]> = self.weights.chunks_exact(self.filter.max(1)).collect();
        let constants = match self.scales {
            Scales::Full { .. } => BLOCK_CONSTANTS,
            Scales::Once(_) => BLOCK_CONSTANTS_ONCE,
        };
        let words = self.steps().checked_mul(2)?.checked_add(constants)?;
        let mut blocks = Vec::with_capacity(words.checked_mul(units.len().div_ceil(BLOCK))?);
        let scales = self.factors(&units)?;
        for first in (0..units.len()).step_by(BLOCK) {
            let unit = |i: usize| Unit {
                weights: units.get(first.saturating_add(i)).copied().unwrap_or(&[]),
                bias: self.bias.get(first.saturating_add(i)).copied().unwrap_or(0),
                scale: scales.get(first.saturating_add(i)).copied().unwrap_or((0, 1 << 30)),
            };
            let pairs = [[unit(0), unit(1)], [unit(2), unit(3)]];
            blocks.extend(pairs.iter().map(|[a, _]| a.bias));
            let steps = pairs.iter().map(|[a, b]| self.pair(a, b)).collect::<Option<Vec<_>>>()?;
            if let [first, second] = steps.as_slice() {
                blocks.extend(first.iter().zip(second).flat_map(|(&first, &second)| [first, second]));
            }
            for [a, b] in &pairs {
                let (first, second) = (a.scale, b.scale);
                match self.scales {
                    Scales::Full { .. } => {
                        blocks.extend([first.0, first.1, second.0, second.1, b.bias.checked_mul(2)?]);
                    }
                    Scales::Once(_) => blocks.extend([first.0, second.0, b.bias]),
                }
            }
        }
        Some(Constant::int32("BLOCKS", blocks))
    }

    /// Multipliers and divisors, of which there are none where units are rounded once.
    fn factors(&self, units: &[&[i8]]) -> Option<Vec<(i32, i32)>> {
        match self.scales {
            Scales::Full { multipliers, ties } => {
                let each = units.iter().zip(self.bias).zip(multipliers.iter().cycle());
                let of = |((unit, &bias), multiplier): ((&&[i8], _), _)| {
                    scale(multiplier, greatest_sum(unit, bias)?, ties)
                };
                each.map(of).collect()
            }
            Scales::Once(multipliers) => {
                Some(multipliers.iter().map(|&multiplier| (multiplier, 0)).collect())
            }
        }
    }

    /// The words of weights of two units.
    fn pair(&self, a: &Unit<'_>, b: &Unit<'_>) -> Option<Vec<i32>> {
        if magnitude(b.weights) * GREATEST_INPUT >= 1 << SECOND_SUM_BITS {
            return None;
        }
        let mut words = Vec::with_capacity(self.steps());
        for start in (0..self.filter).step_by(self.run.max(1)) {
            for (low, high) in pairs_of_run(self.run) {
                let half = |i: Option<usize>| {
                    let weight = |unit: &Unit<'_>| {
                        let at = i.map(|i| start.saturating_add(i));
                        at.and_then(|at| unit.weights.get(at)).copied().map_or(0, i32::from)
                    };
                    i16::try_from(256 * weight(b) + weight(a)).ok()
                };
                words.push(i32::from(half(Some(low))?) & 0xffff | i32::from(half(high)?) << 16);
            }
        }
        Some(words)
    }
}

struct Unit<'a> {
    weights: &'a [i8],
    bias: i32,
    scale: (i32, i32),
}

/// The greatest magnitude of the sums of a unit, if the loops can hold it.
pub(crate) fn greatest_sum(weights: &[i8], bias: i32) -> Option<i64> {
    let greatest = i64::from(bias).abs() + magnitude(weights) * GREATEST_INPUT;
    (greatest < 1 << SUM_BITS).then_some(greatest)
}

fn magnitude(weights: &[i8]) -> i64 {
    weights.iter().map(|&w| i64::from(w).abs()).sum()
}

/// A multiplier and a divisor for sums up to `greatest`, if there is one. `ties` tells whether halves between negative
/// outputs have to be rounded away from zero.
pub(crate) fn scale(multiplier: &Multiplier, greatest: i64, ties: bool) -> Option<(i32, i32)> {
    match *multiplier {
        // What becomes zero may be divided by anything.
        Multiplier { multiplier: 0, .. } => Some((0, 1 << 30)),
        Multiplier { multiplier, shift: shift @ -31..=-2 } => Some((multiplier, 1 << (32 + shift))),
        // 2^31 is negative, so the other factor has to be so too. That changes how halves of the first product are
        // rounded, of which there are none if no product has as many zeros at its end.
        Multiplier { multiplier, shift: -1 } if !ties => {
            let zeros = greatest.checked_ilog2().unwrap_or(0) + multiplier.trailing_zeros();
            (zeros < SUM_BITS).then_some((-multiplier, i32::MIN))
        }
        _ => None,
    }
}

/// Weights, biases and multipliers of a layer, where units whose output is the same whatever the input is have become
/// simple: what they have may be out of all bounds.
pub(crate) struct Simplified {
    pub(crate) weights: Vec<i8>,
    pub(crate) bias: Vec<i32>,
    pub(crate) multipliers: Vec<Multiplier>,
}

impl Simplified {
    pub(crate) fn of(
        weights: &[i8],
        bias: &[i32],
        multipliers: &[Multiplier],
        output: Requantization,
    ) -> Self {
        let multipliers = multipliers.iter().copied().cycle().take(bias.len()).collect();
        let mut layer = Self { weights: weights.to_vec(), bias: bias.to_vec(), multipliers };
        let filter = weights.len().checked_div(bias.len()).unwrap_or(0).max(1);
        let units = layer.weights.chunks_exact_mut(filter).zip(&mut layer.bias).zip(&mut layer.multipliers);
        for ((weights, bias), multiplier) in units {
            if let Some(value) = only_output(weights, *bias, *multiplier, output) {
                weights.fill(0);
                // An eighth of this bias.
                *bias = 8 * (i32::from(value) - output.zero_point);
                *multiplier = Multiplier { multiplier: 1 << 30, shift: -2 };
            }
        }
        layer
    }

    /// The same layer with its units in another order.
    pub(crate) fn in_order(&self, order: &[usize]) -> Self {
        let Self { weights, bias, multipliers } = self;
        let filter = weights.len().checked_div(bias.len()).unwrap_or(0).max(1);
        let units: Vec<&[i8]> = weights.chunks_exact(filter).collect();
        Self {
            weights: ordered(&units, order).concat(),
            bias: ordered(bias, order),
            multipliers: ordered(multipliers, order),
        }
    }
}

/// What belongs to units, in another order.
pub(crate) fn ordered<T: Copy>(units: &[T], order: &[usize]) -> Vec<T> {
    order.iter().filter_map(|&unit| units.get(unit)).copied().collect()
}

/// The units of a depthwise convolution, each channel's side by side, in the order in which loops over channels want them:
/// the first unit of each channel, then the second.
pub(crate) fn of_each_channel(units: usize, channels: usize) -> Vec<usize> {
    let multiplier = units.checked_div(channels).unwrap_or(0).max(1);
    (0..multiplier).flat_map(|nth| (nth..units).step_by(multiplier)).collect()
}

/// The weights of a depthwise convolution with its units in that order, tap by tap for as many as there are channels.
pub(crate) fn weights_of_channels(
    weights: &[i8],
    filter: usize,
    order: &[usize],
    channels: usize,
) -> Vec<i8> {
    let units: Vec<&[i8]> = weights.chunks_exact(filter.max(1)).collect();
    let units = ordered(&units, order);
    units.chunks(channels.max(1)).flat_map(|units| transposed(&units.concat(), filter)).collect()
}

/// The output of a unit, if it has but one.
fn only_output(weights: &[i8], bias: i32, multiplier: Multiplier, output: Requantization) -> Option<i8> {
    let sum = |low: i64, high: i64| {
        let product = |&w: &i8| i64::from(w) * if w < 0 { low } else { high };
        i32::try_from(i64::from(bias) + weights.iter().map(product).sum::<i64>()).ok()
    };
    let Multiplier { multiplier, shift } = multiplier;
    // What the kernel would shift out of its sum is not monotone.
    let to_s8 = |sum: i32| (shift <= 0).then(|| output.to_s8(sum, multiplier, shift as i8));
    let (least, greatest) = (to_s8(sum(127, -GREATEST_INPUT)?)?, to_s8(sum(-GREATEST_INPUT, 127)?)?);
    (least == greatest).then_some(least)
}

/// Which two elements of a run are the halves of each word.
fn pairs_of_run(run: usize) -> impl Iterator<Item = (usize, Option<usize>)> {
    (0..run.div_ceil(2)).map(move |word| {
        let first = word * 2;
        let fours = run & !3;
        match (first < fours, word % 2) {
            (true, 0) => (first, Some(first + 2)),
            (true, _) => (first - 1, Some(first + 1)),
            (false, _) => (first, Some(first + 1).filter(|&second| second < run)),
        }
    })
}

#[cfg(test)]
mod tests;
