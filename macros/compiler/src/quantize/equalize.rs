//! Channels between two operators with weights get ranges that are more alike: what the first divides a channel by,
//! the second multiplies it with, which nothing but a ReLU between them lets pass unchanged. And what all units before a
//! softmax share is taken from them.

// Arithmetic of values, not of sizes: the bounds of each are those of its formula.
#![allow(clippy::arithmetic_side_effects)]

use super::float::{Float, Value, fused};
use super::observe::Observations;
use crate::graph::TensorId;
use crate::import::Found;
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
    let mut changed = centre(model);
    for first in 0..model.steps.len() {
        let pair = pair(model, seen, first);
        changed |= pair.and_then(|pair| apply(model, &pair)).is_some();
    }
    changed.then_some(before)
}

/// Whether a mean is over other dimensions than the last.
fn keeps_channels(model: &Float<'_>, found: &Found<'_>) -> bool {
    let input = |index: usize| found.inputs.get(index).copied().flatten();
    let last = input(0).map(|id| model.graph.tensor(id).shape.len() as i32 - 1);
    match (last, input(1).and_then(|id| model.constants.get(&id))) {
        (Some(last), Some(Value::Whole(axes))) => axes.iter().all(|&axis| axis != last && axis != -1),
        _ => false,
    }
}

/// A softmax sees differences alone: from the weights of all that it reads, and from the biases, the same is taken, so
/// that the greatest are less. Tells whether any were.
fn centre(model: &mut Float<'_>) -> bool {
    let mut changed = false;
    for at in 0..model.steps.len() {
        changed |= logits(model, at).and_then(|before| centre_units(model, before)).is_some();
    }
    changed
}

/// The operator whose units a softmax compares.
fn logits(model: &Float<'_>, at: usize) -> Option<usize> {
    let mut step = model.steps.get(at).filter(|step| step.found.row.name == "SOFTMAX")?;
    let depth = *model.graph.tensor(step.found.inputs.first().copied()??).shape.last()?;
    loop {
        let input = step.found.inputs.first().copied()??;
        if model.readers(input) != 1 || model.graph.outputs.contains(&input) {
            return None;
        }
        let before = model.steps.iter().position(|step| step.found.outputs.contains(&input))?;
        step = model.steps.get(before)?;
        match step.found.row.name {
            "RESHAPE" => {}
            "FULLY_CONNECTED" | "CONV_2D" => {
                let (_, products) = model.own_weights(step)?;
                let is_plain = fused(&step.found)? == ActivationFunctionType::NONE;
                return (is_plain && products.groups == 1 && products.units == depth).then_some(before);
            }
            _ => return None,
        }
    }
}

/// Takes the middle of all units from each weight, and the mean from the biases.
fn centre_units(model: &mut Float<'_>, at: usize) -> Option<()> {
    let step = model.steps.get(at)?;
    let (weights, products) = model.own_weights(step)?;
    let bias = step.found.inputs.get(2).copied().flatten().filter(|&bias| model.readers(bias) == 1);
    let values = model.constant_mut(weights)?;
    let mut bounds = vec![(f32::INFINITY, f32::NEG_INFINITY); products.depth];
    for unit in 0..products.units {
        for ((least, greatest), place) in bounds.iter_mut().zip(products.places(unit)) {
            let value = *values.get(place)?;
            (*least, *greatest) = (least.min(value), greatest.max(value));
        }
    }
    for unit in 0..products.units {
        for ((least, greatest), place) in bounds.iter().zip(products.places(unit)) {
            *values.get_mut(place)? -= (least + greatest) / 2.0;
        }
    }
    if let Some(values) = bias.and_then(|bias| model.constant_mut(bias)) {
        let mean = values.iter().sum::<f32>() / values.len().max(1) as f32;
        values.iter_mut().for_each(|value| *value -= mean);
    }
    Some(())
}

fn is_homogeneous(activation: ActivationFunctionType) -> bool {
    matches!(activation, ActivationFunctionType::NONE | ActivationFunctionType::RELU)
}

/// The operator with weights that alone reads what a step writes, through poolings and other shapes in which channels
/// still follow each other.
fn reader(model: &Float<'_>, first: usize, channels: usize) -> Option<usize> {
    let mut at = first;
    loop {
        let step = model.steps.get(at)?;
        let &[output] = step.found.outputs.as_slice() else { return None };
        if model.readers(output) != 1 || model.graph.outputs.contains(&output) {
            return None;
        }
        if !model.graph.tensor(output).shape.last()?.is_multiple_of(channels) {
            return None;
        }
        at = model.steps.iter().position(|step| step.found.inputs.first() == Some(&Some(output)))?;
        let next = &model.steps.get(at)?.found;
        match next.row.name {
            "CONV_2D" | "DEPTHWISE_CONV_2D" | "FULLY_CONNECTED" => return Some(at),
            "MAX_POOL_2D" | "AVERAGE_POOL_2D" if fused(next).is_some_and(is_homogeneous) => {}
            "RESHAPE" => {}
            "MEAN" if keeps_channels(model, next) => {}
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
    let channels = products.units;
    let second = reader(model, first, channels)?;
    let (weights, _) = model.own_weights(model.steps.get(second)?)?;
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
    let is_own = |bias: TensorId| model.readers(bias) == 1 && model.constants.contains_key(&bias);
    if !bias.is_none_or(is_own) {
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

#[cfg(test)]
mod tests {
    use super::super::calibrate::inputs;
    use super::super::model::read;
    use super::*;
    use crate::graph::ElementType;
    use crate::schema::{File, readable};

    /// Changed weights compute what they did before.
    #[test]
    fn models_stay_what_they_are() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/digits/digits_float.tflite");
        let bytes = std::fs::read(path).expect("the example has a model");
        let bytes = readable(&bytes);
        let file = File::parse(&bytes).expect("it is a model");
        let (mut model, _) = read(&file, ElementType::Int8).expect("it can be quantized");
        let len = model.graph.tensor(model.graph.inputs[0]).elements();
        let sample = vec![(0..len).map(|at| (at * 37 % 64) as f32 / 64.0).collect::<Vec<f32>>()];
        let given = inputs(&model, &sample).expect("it has one input");
        let mut seen = Observations::default();
        let expected = model.run(given.clone(), &mut |id, value| seen.add(id, value)).expect("it runs");
        let before = equalize(&mut model, &seen).expect("there is something to equalize");
        assert_ne!(before, model.constants);
        let found = model.run(given, &mut |_, _| ()).expect("it runs");
        let pairs = || expected.iter().zip(&found).filter_map(|(x, y)| x.real().zip(y.real()));
        let pairs = pairs().flat_map(|(x, y)| x.iter().zip(y));
        assert!(pairs.clone().count() > 1);
        pairs.for_each(|(x, y)| assert!((x - y).abs() < 1e-5, "{y} instead of {x}"));
    }
}
