//! Channels between two operators with weights get ranges that are more alike: what the first divides a channel by,
//! the second multiplies it with, which nothing but a ReLU between them lets pass unchanged.

// Arithmetic of values, not of sizes: the bounds of each are those of its formula.
#![allow(clippy::arithmetic_side_effects)]

use super::float::{Float, Value, fused};
use super::observe::Observations;
use crate::graph::TensorId;
use crate::schema::tflite::ActivationFunctionType;
use std::collections::HashMap;

/// No channel changes by a larger factor.
const MOST: f32 = 64.0;

/// Two operators with weights, and what each channel between them is divided by.
struct Pair {
    first: usize,
    second: usize,
    factors: Vec<f32>,
}

/// Equalizes all pairs of operators by what was seen of the channels between them; gives the constants as they were,
/// if any were changed.
pub(crate) fn equalize(model: &mut Float<'_>, seen: &Observations) -> Option<HashMap<TensorId, Value>> {
    let before = model.constants.clone();
    let mut changed = false;
    for first in 0..model.steps.len() {
        let pair = pair(model, seen, first);
        changed |= pair.and_then(|pair| apply(model, &pair)).is_some();
    }
    changed.then_some(before)
}

fn is_homogeneous(activation: ActivationFunctionType) -> bool {
    matches!(activation, ActivationFunctionType::NONE | ActivationFunctionType::RELU)
}

/// The operator with weights that alone reads what a step writes, through poolings and other shapes.
fn reader(model: &Float<'_>, first: usize) -> Option<usize> {
    let mut at = first;
    loop {
        let step = model.steps.get(at)?;
        let &[output] = step.found.outputs.as_slice() else { return None };
        if model.readers(output) != 1 || model.graph.outputs.contains(&output) {
            return None;
        }
        at = model.steps.iter().position(|step| step.found.inputs.first() == Some(&Some(output)))?;
        let next = &model.steps.get(at)?.found;
        match next.row.name {
            "CONV_2D" | "DEPTHWISE_CONV_2D" | "FULLY_CONNECTED" => return Some(at),
            "MAX_POOL_2D" | "AVERAGE_POOL_2D" if fused(next).is_some_and(is_homogeneous) => {}
            "RESHAPE" => {}
            _ => return None,
        }
    }
}

fn pair(model: &Float<'_>, seen: &Observations, first: usize) -> Option<Pair> {
    let step = model.steps.get(first)?;
    let (_, products) = model.own_weights(step)?;
    if !fused(&step.found).is_some_and(is_homogeneous) {
        return None;
    }
    let second = reader(model, first)?;
    let (weights, _) = model.own_weights(model.steps.get(second)?)?;
    let channels = products.units;
    let places = channel_places(model, second, channels)?;
    let reach = seen.means.get(step.found.outputs.first()?)?.reach_of_channels(channels);
    let values = model.constants.get(&weights)?.real()?;
    let mut weight = vec![0f32; channels];
    for (value, channel) in values.iter().zip(places) {
        let greatest = weight.get_mut(channel)?;
        *greatest = greatest.max(value.abs());
    }
    // Each unit of a depthwise convolution has a scale of its own.
    let is_free = model.steps.get(second)?.found.row.name == "DEPTHWISE_CONV_2D";
    let ratio = |(reach, weight): (&f32, &f32)| match (*reach > 0.0, is_free, *weight > 0.0) {
        (true, true, _) => Some(*reach),
        (true, false, true) => Some((reach / weight).sqrt()),
        _ => None,
    };
    let ratios: Vec<Option<f32>> = reach.iter().zip(&weight).map(ratio).collect();
    let greatest = ratios.iter().flatten().fold(0f32, |greatest, x| greatest.max(*x));
    let factor = |ratio: &Option<f32>| ratio.map_or(1.0, |ratio| (ratio / greatest).max(1.0 / MOST));
    let factors: Vec<f32> = ratios.iter().map(factor).collect();
    let is_change = factors.iter().any(|factor| *factor != 1.0);
    (is_change && factors.iter().all(|factor| factor.is_normal())).then_some(Pair { first, second, factors })
}

/// Which channel each weight of an operator is multiplied with.
fn channel_places(model: &Float<'_>, at: usize, channels: usize) -> Option<Vec<usize>> {
    let step = model.steps.get(at)?;
    let (weights, products) = model.own_weights(step)?;
    let count = model.constants.get(&weights)?.real()?.len();
    match step.found.row.name {
        "DEPTHWISE_CONV_2D" if products.groups == channels => {
            let repeated = products.units.checked_div(channels)?.max(1);
            Some((0..count).map(|place| place % products.units.max(1) / repeated).collect())
        }
        "CONV_2D" | "FULLY_CONNECTED" if products.groups == 1 && products.depth % channels.max(1) == 0 => {
            Some((0..count).map(|place| place % channels.max(1)).collect())
        }
        _ => None,
    }
}

fn apply(model: &mut Float<'_>, Pair { first, second, factors }: &Pair) -> Option<()> {
    let step = model.steps.get(*first)?;
    let (weights, products) = model.own_weights(step)?;
    let bias = step.found.inputs.get(2).copied().flatten();
    if bias.is_some_and(|bias| model.readers(bias) != 1) {
        return None;
    }
    let (latter, _) = model.own_weights(model.steps.get(*second)?)?;
    let channels = channel_places(model, *second, factors.len())?;
    let values = model.constant_mut(weights)?;
    for (unit, factor) in factors.iter().enumerate() {
        for place in products.places(unit) {
            *values.get_mut(place)? /= factor;
        }
    }
    if let Some(bias) = bias {
        model.constant_mut(bias)?.iter_mut().zip(factors).for_each(|(bias, factor)| *bias /= factor);
    }
    let values = model.constant_mut(latter)?.iter_mut().zip(channels);
    values.for_each(|(value, channel)| *value *= factors.get(channel).copied().unwrap_or(1.0));
    Some(())
}
