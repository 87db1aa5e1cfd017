//! What is known of the sums of operators with weights, and how they do without channels.

// Arithmetic of values, not of sizes: sums of 64 bits hold products of 8 and 33 for every element of a tensor.
#![allow(clippy::arithmetic_side_effects)]

use super::channels::Cut;
use super::one_scale::{Following, Joined, Scales};
use super::sums::{Activations, Sums};
use crate::graph::{ElementType, Tensor};
use crate::inner::{requantize, requantize_wide};
use crate::ops::requantization::upper_half;
use crate::quantize::Multiplier;
use crate::ranges::{Interval, Known, Ranges};

/// The weights of an operator, and which input channel each of them meets.
pub(crate) struct Weighted<'a> {
    /// Weights less their zero point, unit by unit.
    pub(crate) weights: Vec<i32>,
    /// Weights of one unit.
    pub(crate) filter: usize,
    /// The bias of each unit.
    pub(crate) bias: Vec<i64>,
    /// The channel that a unit's weight meets.
    pub(crate) channel: &'a dyn Fn(usize, usize) -> usize,
    /// Whether a weight may lie on the padding, where it adds nothing.
    pub(crate) padded: &'a dyn Fn(usize) -> bool,
    /// Zero point of the input.
    pub(crate) zero_point: i32,
}

/// The least and the greatest sum of a unit.
pub(crate) type Bounds = [i64; 2];

impl Weighted<'_> {
    fn units(&self) -> impl Iterator<Item = (usize, &[i32])> {
        self.weights.chunks_exact(self.filter.max(1)).enumerate()
    }

    /// The bounds of the sum of each unit.
    pub(crate) fn sums(&self, input: &Ranges) -> Vec<Bounds> {
        let sum = |(unit, weights): (usize, &[i32])| {
            let bias = self.bias.get(unit).copied().unwrap_or(0);
            let terms = weights.iter().enumerate().map(|(at, &weight)| {
                let ends = input.at((self.channel)(unit, at)).ends();
                let [a, b] = ends.map(|x| (i64::from(x) - i64::from(self.zero_point)) * i64::from(weight));
                let (least, greatest) = (a.min(b), a.max(b));
                if (self.padded)(at) { [least.min(0), greatest.max(0)] } else { [least, greatest] }
            });
            terms.fold([bias; 2], |[a, b], [c, d]| [a.saturating_add(c), b.saturating_add(d)])
        };
        self.units().map(sum).collect()
    }

    /// Which channels of the input could go: those with no weight, and those of one value that every sum
    /// has in the same way.
    pub(crate) fn spare(&self, channels: usize, input: &Ranges) -> Vec<bool> {
        let mut spare = vec![true; channels];
        for (unit, weights) in self.units() {
            for (at, &weight) in weights.iter().enumerate() {
                let channel = (self.channel)(unit, at);
                let value = input.at(channel).value();
                let same = value.is_some_and(|value| value == self.zero_point || !(self.padded)(at));
                if let Some(spare) = spare.get_mut(channel) {
                    *spare = *spare && (weight == 0 || same);
                }
            }
        }
        spare
    }

    /// The positions in the weights, unit by unit, that stay, and the bias of the units that do, with what
    /// the others added.
    pub(crate) fn cut(&self, cut: &Cut<'_>, input: &Ranges) -> (Vec<usize>, Vec<i64>) {
        let (from, to) = (cut.input(0), cut.output());
        let (mut positions, mut biases) = (Vec::new(), Vec::new());
        for (unit, weights) in self.units().filter(|(unit, _)| cut.stays(to, *unit)) {
            let mut bias = self.bias.get(unit).copied().unwrap_or(0);
            for (at, &weight) in weights.iter().enumerate() {
                let channel = (self.channel)(unit, at);
                if cut.stays(from, channel) {
                    positions.push(unit * self.filter + at);
                } else {
                    let value = input.at(channel).value().unwrap_or(self.zero_point);
                    bias += i64::from(weight) * (i64::from(value) - i64::from(self.zero_point));
                }
            }
            biases.push(bias);
        }
        (positions, biases)
    }
}

/// The bias of each unit, which is input 2 of operators with weights; none if it is left out.
pub(crate) fn biases(known: &Known<'_>) -> Vec<i64> {
    known.input(2).and_then(Tensor::to_i64).unwrap_or_default()
}

/// Puts another bias in the place of input 2.
pub(crate) fn replace_bias(cut: &mut Cut<'_>, activations: Activations, biases: &[i64]) {
    let bias = Some(cut.graph.add(bias(activations, biases)));
    cut.node.inputs.truncate(2);
    cut.node.inputs.push(bias);
}

/// The tensor of a bias.
fn bias(activations: Activations, biases: &[i64]) -> Tensor {
    let wide = matches!(activations, Activations::Int16(Sums::Sum64 | Sums::Sum64In32));
    let (ty, size) = if wide { (ElementType::Int64, 8) } else { (ElementType::Int32, 4) };
    let bytes: Vec<u8> = biases.iter().flat_map(|b| b.to_le_bytes().into_iter().take(size)).collect();
    Tensor {
        name: String::new(),
        shape: vec![biases.len()],
        ty,
        quantization: None,
        data: Some(bytes.into()),
        shifted: false,
    }
}

/// An operator with weights and what follows it as one change of scale, and its bias then, if that is exact; none
/// for activations that are requantized in another way.
pub(crate) fn followed(
    known: &Known<'_>,
    activations: Activations,
    scales: &Scales<'_>,
    then: Following<'_>,
    zero_point: i32,
) -> Option<(Joined, Tensor)> {
    (activations == Activations::Int8).then_some(())?;
    let joined = scales.with(then, zero_point)?;
    let given = biases(known).into_iter().chain(std::iter::repeat(0));
    let biases: Vec<i64> = joined.biases.iter().zip(given).map(|(a, b)| b.saturating_add(*a)).collect();
    let fits = biases.iter().all(|bias| i32::try_from(*bias).is_ok());
    fits.then(|| (joined, bias(activations, &biases)))
}

/// Weights as the bytes of a tensor of their type.
pub(crate) fn bytes(ty: ElementType, weights: &[i8]) -> Vec<u8> {
    match ty {
        ElementType::Int4 => {
            super::requantization::packed(weights, weights.len()).into_iter().map(i8::cast_unsigned).collect()
        }
        _ => weights.iter().map(|weight| weight.cast_unsigned()).collect(),
    }
}

/// The multipliers of the units that stay.
pub(crate) fn multipliers(cut: &Cut<'_>, multipliers: &[Multiplier]) -> Vec<Multiplier> {
    let stays = |unit: &usize| multipliers.len() == 1 || cut.stays(cut.output(), *unit);
    let stay = multipliers.iter().enumerate().filter(|(unit, _)| stays(unit));
    stay.map(|(_, multiplier)| *multiplier).collect()
}

/// The outputs that a sum leads to.
pub(crate) fn output(
    activations: Activations,
    sum: Bounds,
    multiplier: Multiplier,
    zero_point: i32,
    (least, greatest): (i32, i32),
) -> Interval {
    let wide = matches!(activations, Activations::Int16(Sums::Sum64 | Sums::Sum64In32));
    let values = if wide { scaled_wide(sum, multiplier) } else { scaled(sum, multiplier) };
    let all = Interval { least, greatest };
    let shifted = |values: Interval| {
        let [low, high] = values.ends().map(|x| x.checked_add(zero_point));
        Some(Interval { least: low?, greatest: high? }.clamped(least, greatest))
    };
    values.and_then(shifted).unwrap_or(all)
}

/// What a sum of 32 bits becomes, unless something wraps.
pub(crate) fn scaled(sum: Bounds, Multiplier { multiplier, shift }: Multiplier) -> Option<Interval> {
    let fits = |x: i64| i32::try_from(x << shift.max(0)).is_ok();
    let [least, greatest] = sum.map(|x| i32::try_from(x).ok().filter(|_| fits(x)));
    Some(Interval { least: least?, greatest: greatest? }.map(|x| requantize(x, multiplier, shift)))
}

/// The same for sums of 64 bits.
fn scaled_wide(sum: Bounds, Multiplier { multiplier, shift }: Multiplier) -> Option<Interval> {
    let upper = upper_half(multiplier);
    let value = |x: i64| {
        let all = (i128::from(x) * i128::from(upper)) >> (15 - shift).clamp(0, 63);
        (i32::try_from(all + 1).is_ok() && x.unsigned_abs() < 1 << 47)
            .then(|| requantize_wide(x, upper, shift))
    };
    let [least, greatest] = sum.map(value);
    Some(Interval { least: least?, greatest: greatest? })
}
