//! Samples to calibrate with, and what the tensors of a float model hold on them.

use super::float::{Float, Value};
use super::logits;
use super::measure::real_outputs;
use super::observe::Observations;
use super::samples::{self, Input, Samples};
use super::settings::{Calibration, Sample};
use crate::diagnostics::{At, Diagnostic, Problem};
use crate::graph::TensorId;

/// Made-up samples, and their elements at most.
const UNIFORM: usize = 64;
const UNIFORM_ELEMENTS: usize = 1 << 24;

/// One sample as the model's inputs.
pub(super) fn inputs(model: &Float<'_>, sample: &Sample) -> Result<Vec<Value>, Diagnostic> {
    let tensors: Vec<_> = model.graph.inputs.iter().map(|&id| model.graph.tensor(id)).collect();
    let sizes: Vec<usize> = tensors.iter().map(|tensor| tensor.elements()).collect();
    if !sizes.iter().copied().eq(sample.iter().map(Vec::len)) {
        return Err(Diagnostic::bug("a sample of another size than the inputs"));
    }
    if sample.iter().flatten().any(|x| !x.is_finite()) {
        let problem = Problem::new(
            "a sample with values that are not finite",
            "ranges are measured on samples, and these have no end",
            "leave out samples with NaN and infinity",
        );
        return Err(problem.at(At::Model));
    }
    let value = |(tensor, values): (&&crate::graph::Tensor, &Vec<f32>)| match tensor.ty.is_float() {
        true => Value::Real(values.clone()),
        false => Value::Whole(values.iter().map(|&x| x as i32).collect()),
    };
    Ok(tensors.iter().zip(sample).map(value).collect())
}

/// The inputs that samples are for.
pub(super) fn ports(model: &Float<'_>) -> Vec<Input> {
    let input = |&id: &TensorId| {
        let tensor = model.graph.tensor(id);
        Input { name: tensor.name.clone(), shape: tensor.shape.clone() }
    };
    model.graph.inputs.iter().map(input).collect()
}

/// The samples to calibrate with.
pub(super) fn samples(model: &Float<'_>, calibration: &Calibration) -> Result<Samples, Problem> {
    let sizes = model.graph.inputs.iter().map(|&id| model.graph.tensor(id).elements());
    let samples = match calibration {
        Calibration::Samples(samples) => samples.clone(),
        Calibration::Files(files) => {
            let found = samples::read(files, &ports(model))?;
            return if found.samples.is_empty() { Err(none()) } else { Ok(found) };
        }
        &Calibration::Uniform(low, high) => {
            let sizes: Vec<usize> = sizes.collect();
            let mut random = Random(0x9e37_79b9_7f4a_7c15);
            let mut sample = || -> Sample {
                sizes.iter().map(|&len| (0..len).map(|_| random.between(low, high)).collect()).collect()
            };
            let elements = sizes.iter().copied().fold(0, usize::saturating_add).max(1);
            let count = UNIFORM_ELEMENTS.checked_div(elements).unwrap_or(0).clamp(1, UNIFORM);
            (0..count).map(|_| sample()).collect()
        }
        Calibration::None => Vec::new(),
    };
    match samples.is_empty() {
        false => Ok(Samples { samples, labels: None }),
        true => Err(none()),
    }
}

fn none() -> Problem {
    Problem::new("no samples to calibrate with", super::WHY_CALIBRATE, super::CALIBRATE)
}

/// Numbers that look random and are the same everywhere.
struct Random(u64);

impl Random {
    fn between(&mut self, low: f32, high: f32) -> f32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        let share = (self.0 >> 40) as f32 / (1u32 << 24) as f32;
        low + (high - low) * share
    }
}

/// Runs the float model on all samples, and remembers what every tensor held.
pub(super) fn observe(
    model: &mut Float<'_>,
    samples: &[Sample],
    seen: &mut Observations,
) -> Result<Vec<Vec<Vec<f32>>>, Diagnostic> {
    let mut outputs = Vec::with_capacity(samples.len());
    seen.keep(logits::read(model));
    for sample in samples {
        model.reset();
        let inputs = inputs(model, sample)?;
        outputs.push(real_outputs(model.run(inputs, &mut |id, value| seen.add(id, value))?));
    }
    if let Some(&id) = seen.not_finite.first() {
        let problem = Problem::new(
            "values that are not finite",
            "the float model itself overflows on the samples of the calibration",
            "see to it that samples are scaled as in training",
        );
        let name = model.graph.tensor(id).name.clone();
        return Err(problem.at(At::Tensor { index: id.0, name }));
    }
    Ok(outputs)
}
