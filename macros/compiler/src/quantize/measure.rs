//! How near a quantized model is to the float model it was made of, measured with the kernels of the device.

// Arithmetic of values, not of sizes: the bounds of each are those of its formula.
#![allow(clippy::arithmetic_side_effects)]

use super::float::Value;
use super::settings::Sample;
use crate::diagnostics::At;
use crate::graph::{ElementType, Graph};
use crate::interpret::Machine;
use crate::program::{Access, Port, Program, View};
use std::collections::HashMap;

/// What was measured.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Accuracy {
    /// On so many samples.
    pub samples: usize,
    /// Share of them of which the float model's first class is ours too; none if no output has classes.
    pub agreement: Option<f64>,
    /// Signal-to-noise ratio of all outputs in dB, with the float model's as the signal.
    pub sqnr: f64,
    /// Share of them of which the class is the right one, if that is known.
    pub accuracy: Option<f64>,
    /// The same for the float model.
    pub float_accuracy: Option<f64>,
}

/// Sums of squares of signals and of noise.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Noise {
    signal: f64,
    noise: f64,
}

impl Noise {
    /// Adds what should be and what is.
    pub(crate) fn add(&mut self, expected: &[f32], found: &[f32]) {
        for (x, y) in expected.iter().zip(found) {
            self.signal += f64::from(*x).powi(2);
            self.noise += (f64::from(*x) - f64::from(*y)).powi(2);
        }
    }

    /// The ratio in dB, at most 200.
    pub(crate) fn decibels(self) -> f64 {
        const MOST: f64 = 200.0;
        match (self.signal > 0.0, self.noise > 0.0) {
            (_, false) => MOST,
            (false, true) => 0.0,
            _ => (10.0 * libm::log10(self.signal / self.noise)).clamp(-MOST, MOST),
        }
    }
}

/// One inference of a quantized model on real numbers; `None` if a kernel cannot run on the host.
pub(crate) fn infer(machine: &mut Machine<'_>, program: &Program, sample: &Sample) -> Option<Vec<Vec<f32>>> {
    let inputs: Vec<Vec<u8>> =
        program.inputs.iter().zip(sample).map(|(port, values)| to_bytes(port, values)).collect();
    let outputs = machine.run(&inputs)?;
    Some(
        program
            .outputs
            .iter()
            .zip(&outputs)
            .map(|(port, bytes)| real(port.view, port.scale, port.zero_point, bytes))
            .collect(),
    )
}

/// What a caller writes for these numbers: as the conversions of the crate `fixed`, the nearest.
fn to_bytes(port: &Port, values: &[f32]) -> Vec<u8> {
    let ty = port.view.ty;
    let (least, greatest) = ty.range().unwrap_or((i32::MIN, i32::MAX));
    let integer = |x: f32| {
        let steps = libm::rint(f64::from(x) / f64::from(port.scale)) + f64::from(port.zero_point);
        steps.clamp(least.into(), greatest.into()) as i32
    };
    let size = ty.size().unwrap_or(1);
    values.iter().flat_map(|&x| integer(x).to_le_bytes().into_iter().take(size)).collect()
}

/// What the integers in memory stand for.
pub(crate) fn real(view: View, scale: f32, zero_point: i32, bytes: &[u8]) -> Vec<f32> {
    let integers: Vec<i32> = match view.ty {
        ElementType::Int8 => bytes.iter().map(|b| b.cast_signed().into()).collect(),
        ElementType::Int16 => bytes.as_chunks().0.iter().map(|&b| i16::from_le_bytes(b).into()).collect(),
        ElementType::Int32 => bytes.as_chunks().0.iter().map(|&b| i32::from_le_bytes(b)).collect(),
        _ => bytes.iter().map(|&b| b.into()).collect(),
    };
    integers.into_iter().map(|x| scale * x.wrapping_sub(zero_point) as f32).collect()
}

/// The number of the greatest element; of several the first.
pub(crate) fn class(output: &[f32]) -> usize {
    let mut best = (0, f32::NEG_INFINITY);
    for (at, &x) in output.iter().enumerate() {
        if x > best.1 {
            best = (at, x);
        }
    }
    best.0
}

/// Outputs of the float model as real numbers.
pub(crate) fn real_outputs(outputs: Vec<Value>) -> Vec<Vec<f32>> {
    let real = |value| match value {
        Value::Real(values) => values,
        Value::Whole(values) => values.into_iter().map(|x| x as f32).collect(),
    };
    outputs.into_iter().map(real).collect()
}

/// What an operator loses.
#[derive(Clone, Debug)]
pub struct Loss {
    /// Which one.
    pub at: At,
    /// Signal-to-noise ratio of what it reads, in dB.
    pub before: f64,
    /// That of what it writes.
    pub after: f64,
}

/// Compares all values between operators on one sample: the signal-to-noise ratio of each, by the tensor of the
/// float model.
pub(crate) fn compare(
    program: &Program,
    graph: &Graph,
    sample: &Sample,
    exact: &HashMap<usize, Vec<f32>>,
) -> Option<HashMap<usize, f64>> {
    let mut machine = Machine::new(program);
    infer(&mut machine, program, sample)?;
    let mut ratios = HashMap::new();
    for call in &program.calls {
        let written =
            call.windows().filter(|(_, access)| !matches!(access, Access::Read | Access::ReadInPlace));
        let node = graph.nodes.iter().find(|node| node.index == call.index && node.name == call.name);
        let (Some((view, _)), Some(node)) = (written.last(), node) else { continue };
        let output = node.outputs.first().map(|&id| graph.tensor(id));
        let quantization = output.and_then(|tensor| tensor.quantization.as_ref());
        let (Some(quantization), Some(expected)) = (quantization, exact.get(&call.index)) else { continue };
        let (scale, zero_point) = (*quantization.scales.first()?, *quantization.zero_points.first()?);
        let found = real(view, scale, zero_point, machine.bytes(view)?);
        if found.len() == expected.len() {
            let mut noise = Noise::default();
            noise.add(expected, &found);
            ratios.insert(call.index, noise.decibels());
        }
    }
    Some(ratios)
}

/// Runs a quantized model on samples, of which the outputs of the float model are known.
pub(crate) fn measure(
    program: &Program,
    samples: &[Sample],
    expected: &[Vec<Vec<f32>>],
    labels: Option<&[usize]>,
) -> Option<Accuracy> {
    let mut machine = Machine::new(program);
    let (mut noise, mut agreed, mut right, mut float_right) = (Noise::default(), 0usize, 0usize, 0usize);
    let mut labels = labels.map(|labels| labels.iter());
    for (sample, expected) in samples.iter().zip(expected) {
        machine.reset();
        let found = infer(&mut machine, program, sample)?;
        expected.iter().zip(&found).for_each(|(expected, found)| noise.add(expected, found));
        let classes = (class(expected.first()?), class(found.first()?));
        agreed += usize::from(classes.0 == classes.1);
        if let Some(label) = labels.as_mut().and_then(Iterator::next) {
            right += usize::from(classes.1 == *label);
            float_right += usize::from(classes.0 == *label);
        }
    }
    let share = |count: usize| count as f64 / samples.len().max(1) as f64;
    let has_classes = program.outputs.len() == 1 && program.outputs.iter().all(|port| port.view.len > 1);
    Some(Accuracy {
        samples: samples.len(),
        agreement: has_classes.then(|| share(agreed)),
        sqnr: noise.decibels(),
        accuracy: labels.is_some().then(|| share(right)),
        float_accuracy: labels.is_some().then(|| share(float_right)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_are_in_decibels() {
        let mut noise = Noise::default();
        noise.add(&[3.0, 4.0], &[3.0, 4.5]);
        assert!((noise.decibels() - 20.0).abs() < 1e-9);
        assert_eq!(Noise::default().decibels(), 200.0);
        let mut only = Noise::default();
        only.add(&[0.0], &[1.0]);
        assert_eq!(only.decibels(), 0.0);
    }

    #[test]
    fn the_first_of_equal_classes_counts() {
        assert_eq!(class(&[0.1, 0.7, 0.7]), 1);
        assert_eq!(class(&[f32::NAN, -1.0]), 1);
    }
}
