//! The operators of a quantized model that lose most.

use super::calibrate::inputs;
use super::float::{Float, Step};
use super::measure::{Loss, compare};
use super::settings::Sample;
use crate::diagnostics::{At, Diagnostic};
use crate::graph::{Graph, TensorId};
use crate::program::Program;
use std::collections::HashMap;

/// Operators that are named, at most.
const NAMED: usize = 3;

/// Operators whose output is noisier than what they read, on one sample.
pub(super) fn losses(
    model: &mut Float<'_>,
    program: &Program,
    graph: &Graph,
    sample: &Sample,
) -> Result<Vec<Loss>, Diagnostic> {
    let mut values: HashMap<TensorId, Vec<f32>> = HashMap::new();
    model.reset();
    let inputs = inputs(model, sample)?;
    model.run(inputs, &mut |id, value| {
        if let Some(values_of) = value.real() {
            values.insert(id, values_of.to_vec());
        }
    })?;
    let output = |step: &Step<'_>| step.found.outputs.first().copied();
    let written = model.steps.iter().filter_map(|step| Some((step.found.index, output(step)?)));
    let written: HashMap<usize, TensorId> = written.collect();
    let exact = written.iter().filter_map(|(&index, id)| Some((index, values.get(id)?.clone())));
    let Some(ratios) = compare(program, graph, sample, &exact.collect()) else { return Ok(Vec::new()) };
    let of_tensor: HashMap<TensorId, f64> =
        written.iter().filter_map(|(index, &id)| Some((id, *ratios.get(index)?))).collect();
    let mut losses: Vec<Loss> = Vec::new();
    for step in &model.steps {
        let Some(&after) = ratios.get(&step.found.index) else { continue };
        let read = step.found.inputs.iter().flatten().filter_map(|id| of_tensor.get(id).copied());
        let before = read.fold(f64::INFINITY, f64::min);
        if before.is_finite() && after < before {
            let name = output(step).map(|id| model.graph.tensor(id).name.clone()).unwrap_or_default();
            let at =
                At::Operator { index: step.found.index, name: step.found.row.name.to_owned(), output: name };
            losses.push(Loss { at, before, after });
        }
    }
    losses.sort_by(|a, b| (b.before - b.after).total_cmp(&(a.before - a.after)));
    losses.truncate(NAMED);
    Ok(losses)
}
