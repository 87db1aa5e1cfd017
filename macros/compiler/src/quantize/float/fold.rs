//! Multiplications and additions of constants, as batch normalization leaves them, become part of the weights and
//! biases of the operator before or after them.

// Sizes were checked when the model was read; values of floats overflow to infinity.
#![allow(clippy::arithmetic_side_effects)]

use super::{Float, Products, Step, Value};
use crate::graph::{ElementType, Tensor, TensorId};
use crate::import::Found;
use crate::schema::tflite::{ActivationFunctionType, Padding};

/// `factor · x + offset` for each channel, or for all of them.
struct Affine {
    from: TensorId,
    factors: Vec<f32>,
    offsets: Vec<f32>,
}

impl Affine {
    fn factor(&self, channel: usize) -> f32 {
        of_channel(&self.factors, channel)
    }

    fn offset(&self, channel: usize) -> f32 {
        of_channel(&self.offsets, channel)
    }
}

fn of_channel(values: &[f32], channel: usize) -> f32 {
    values.get(if values.len() == 1 { 0 } else { channel }).copied().unwrap_or(0.0)
}

impl Float<'_> {
    /// Folds all that can be, and gives how many operators that saves.
    pub(crate) fn fold_affine(&mut self) -> usize {
        let before = self.steps.len();
        let mut at = 0;
        while at < self.steps.len() {
            let folded = self.affine(at).and_then(|affine| {
                self.fold_into_former(at, &affine).or_else(|| self.fold_into_latter(at, &affine))
            });
            match folded {
                // What is before it may now be beside an operator with weights.
                Some(()) => {
                    self.steps.remove(at);
                    at = 0;
                }
                None => at += 1,
            }
        }
        self.done = self.last_uses();
        before - self.steps.len()
    }

    /// What a step computes, if it is nothing else and each channel has one constant.
    fn affine(&self, at: usize) -> Option<Affine> {
        let found = &self.steps.get(at)?.found;
        let name = found.row.name;
        if fused(found)? != ActivationFunctionType::NONE {
            return None;
        }
        let (&[Some(a), Some(b)], &[output]) = (found.inputs.as_slice(), found.outputs.as_slice()) else {
            return None;
        };
        let constant = |id: TensorId| self.constants.get(&id)?.real();
        let (from, constant_id, turned) = match (constant(a), constant(b)) {
            (None, Some(_)) => (a, b, false),
            (Some(_), None) => (b, a, true),
            _ => return None,
        };
        let (shape, values) = (&self.graph.tensor(from).shape, constant(constant_id)?.to_vec());
        let channels = *shape.last()?;
        let broadcast = values.len() == 1
            || values.len() == channels && self.graph.tensor(constant_id).shape.last() == Some(&channels);
        if shape != &self.graph.tensor(output).shape || !broadcast || values.iter().any(|x| !x.is_finite()) {
            return None;
        }
        let negative = || values.iter().map(|x| -x).collect();
        let (factors, offsets) = match (name, turned) {
            ("MUL", _) => (values, vec![0.0]),
            ("ADD", _) => (vec![1.0], values),
            ("SUB", false) => (vec![1.0], negative()),
            ("SUB", true) => (vec![-1.0], values),
            ("DIV", false) => (values.iter().map(|x| 1.0 / x).collect(), vec![0.0]),
            _ => return None,
        };
        factors.iter().all(|x| x.is_finite()).then_some(Affine { from, factors, offsets })
    }

    /// Into the operator that computes what is read.
    fn fold_into_former(&mut self, at: usize, affine: &Affine) -> Option<()> {
        let former = self.steps.iter().position(|step| step.found.outputs == [affine.from])?;
        if self.readers(affine.from) != 1 || self.graph.outputs.contains(&affine.from) {
            return None;
        }
        let step = self.steps.get(former)?;
        if fused(&step.found)? != ActivationFunctionType::NONE {
            return None;
        }
        let (weights, products) = self.own_weights(step)?;
        let bias = self.own_bias(former, products.units)?;
        let places: Vec<Vec<usize>> =
            (0..products.units).map(|unit| products.places(unit).collect()).collect();
        let weights = self.constant_mut(weights)?;
        for (unit, places) in places.iter().enumerate() {
            for &place in places {
                *weights.get_mut(place)? *= affine.factor(unit);
            }
        }
        let biases = self.constant_mut(bias)?.iter_mut().enumerate();
        biases.for_each(|(unit, bias)| *bias = *bias * affine.factor(unit) + affine.offset(unit));
        let outputs = self.steps.get(at)?.found.outputs.clone();
        self.steps.get_mut(former)?.found.outputs = outputs;
        Some(())
    }

    /// Into the operator that reads what is computed.
    fn fold_into_latter(&mut self, at: usize, affine: &Affine) -> Option<()> {
        let &[output] = self.steps.get(at)?.found.outputs.as_slice() else { return None };
        let latter = self.steps.iter().position(|step| step.found.inputs.first() == Some(&Some(output)))?;
        if self.readers(output) != 1 || self.graph.outputs.contains(&output) {
            return None;
        }
        let step = self.steps.get(latter)?;
        let (weights, products) = self.own_weights(step)?;
        let shifts = affine.offsets.iter().any(|x| *x != 0.0);
        // Zeros around a picture are not what is added.
        if shifts && !is_unpadded(&step.found, products) {
            return None;
        }
        let channels = *self.graph.tensor(output).shape.last()?;
        let (name, repeated) = (step.found.row.name, products.units.checked_div(channels)?);
        let inputs_of_group = channels.checked_div(products.groups)?;
        if name == "FULLY_CONNECTED" && products.depth != channels {
            return None;
        }
        let channel = |unit: usize, weight: usize| match name {
            "DEPTHWISE_CONV_2D" => unit / repeated.max(1),
            _ => {
                let group = unit / (products.units / products.groups.max(1)).max(1);
                group * inputs_of_group + weight % inputs_of_group.max(1)
            }
        };
        let bias = if shifts { Some(self.own_bias(latter, products.units)?) } else { None };
        let mut sums = vec![0f32; products.units];
        let weights = self.constant_mut(weights)?;
        for (unit, sum) in sums.iter_mut().enumerate() {
            for (weight, place) in products.places(unit).enumerate() {
                let value = weights.get_mut(place)?;
                *sum += *value * affine.offset(channel(unit, weight));
                *value *= affine.factor(channel(unit, weight));
            }
        }
        if let Some(bias) = bias {
            self.constant_mut(bias)?.iter_mut().zip(sums).for_each(|(bias, sum)| *bias += sum);
        }
        *self.steps.get_mut(latter)?.found.inputs.first_mut()? = Some(affine.from);
        Some(())
    }

    /// Weights that nobody else reads, and how they lie.
    pub(crate) fn own_weights(&self, step: &Step<'_>) -> Option<(TensorId, Products)> {
        let found = &step.found;
        let weights = found.inputs.get(1).copied().flatten()?;
        self.constants.get(&weights)?.real()?;
        let shape =
            |index: usize| Some(&self.graph.tensor(found.inputs.get(index).copied().flatten()?).shape);
        let products = match (found.row.name, shape(1)?.as_slice()) {
            ("CONV_2D", &[units, rows, columns, depth]) => Products {
                units,
                groups: shape(0)?.last()?.checked_div(depth)?,
                depth: rows * columns * depth,
                stride: 1,
            },
            ("DEPTHWISE_CONV_2D", &[_, rows, columns, units]) => {
                Products { units, groups: *shape(0)?.last()?, depth: rows * columns, stride: units }
            }
            ("FULLY_CONNECTED", &[units, depth]) => Products { units, groups: 1, depth, stride: 1 },
            _ => return None,
        };
        (self.readers(weights) == 1).then_some((weights, products))
    }

    /// A bias that nobody else reads; one of zeros is made if there is none.
    fn own_bias(&mut self, at: usize, units: usize) -> Option<TensorId> {
        let found = &self.steps.get(at)?.found;
        match found.inputs.get(2).copied().flatten() {
            Some(bias) => {
                let known = self.constants.get(&bias).and_then(Value::real).is_some();
                (known && self.readers(bias) == 1).then_some(bias)
            }
            None => {
                let weights = self.graph.tensor(found.inputs.get(1).copied().flatten()?).clone();
                let bias = TensorId(self.graph.tensors.len());
                let (name, shape) = (format!("{}/bias", weights.name), vec![units]);
                let ty = ElementType::Float32;
                self.graph.tensors.push(Tensor {
                    name,
                    shape,
                    ty,
                    data: None,
                    quantization: None,
                    ..weights
                });
                self.constants.insert(bias, Value::Real(vec![0.0; units]));
                let inputs = &mut self.steps.get_mut(at)?.found.inputs;
                inputs.resize(inputs.len().max(3), None);
                *inputs.get_mut(2)? = Some(bias);
                Some(bias)
            }
        }
    }

    /// The elements of a constant.
    pub(crate) fn constant_mut(&mut self, id: TensorId) -> Option<&mut Vec<f32>> {
        match self.constants.get_mut(&id)? {
            Value::Real(values) => Some(values),
            Value::Whole(_) => None,
        }
    }

    /// How often a tensor is read by operators.
    pub(crate) fn readers(&self, id: TensorId) -> usize {
        self.steps.iter().flat_map(|step| &step.found.inputs).filter(|input| **input == Some(id)).count()
    }
}

/// The activation that is fused into an operator which may have one.
pub(crate) fn fused(found: &Found<'_>) -> Option<ActivationFunctionType> {
    let operator = &found.operator;
    Some(match found.row.name {
        "CONV_2D" => operator.builtin_options_as_conv_2_doptions()?.fused_activation_function(),
        "DEPTHWISE_CONV_2D" => {
            operator.builtin_options_as_depthwise_conv_2_doptions()?.fused_activation_function()
        }
        "FULLY_CONNECTED" => {
            operator.builtin_options_as_fully_connected_options()?.fused_activation_function()
        }
        "ADD" => operator.builtin_options_as_add_options()?.fused_activation_function(),
        "SUB" => operator.builtin_options_as_sub_options()?.fused_activation_function(),
        "MUL" => operator.builtin_options_as_mul_options()?.fused_activation_function(),
        "DIV" => operator.builtin_options_as_div_options()?.fused_activation_function(),
        "MAX_POOL_2D" | "AVERAGE_POOL_2D" => {
            operator.builtin_options_as_pool_2_doptions()?.fused_activation_function()
        }
        _ => return None,
    })
}

/// Whether an operator with weights reads nothing but its input.
fn is_unpadded(found: &Found<'_>, products: Products) -> bool {
    let padding = match found.row.name {
        "CONV_2D" => found.operator.builtin_options_as_conv_2_doptions().map(|options| options.padding()),
        "DEPTHWISE_CONV_2D" => {
            found.operator.builtin_options_as_depthwise_conv_2_doptions().map(|options| options.padding())
        }
        _ => return true,
    };
    padding == Some(Padding::VALID) || found.row.name == "DEPTHWISE_CONV_2D" && products.depth == 1
}
