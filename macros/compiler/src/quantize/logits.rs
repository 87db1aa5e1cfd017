//! What a softmax reads gets the range with which its outputs are nearest: numbers far below the greatest come to next to
//! nothing, and without them steps are finer.

// Arithmetic of values, not of sizes: the bounds of each are those of its formula.
#![allow(clippy::arithmetic_side_effects)]

use super::choose::{Method, meaning};
use super::float::{Float, Step, Value};
use super::observe::Observations;
use super::rewrite::Meaning;
use crate::graph::{ElementType, TensorId};
use std::collections::HashMap;

/// Shares of the way to the least number that ranges are tried to go.
const SHARES: [f32; 11] = [1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.0];

/// Each softmax, and what it alone reads.
fn softmaxes<'m, 'a>(model: &'m Float<'a>) -> impl Iterator<Item = (&'m Step<'a>, TensorId)> {
    let found = model.steps.iter().filter(|step| step.found.row.name == "SOFTMAX");
    let read = found.filter_map(|step| Some((step, step.found.inputs.first().copied()??)));
    read.filter(|&(_, id)| model.readers(id) == 1 && !model.graph.outputs.contains(&id))
}

/// The tensors of which every value is needed.
pub(crate) fn read(model: &Float<'_>) -> Vec<TensorId> {
    softmaxes(model).map(|(_, id)| id).collect()
}

/// What 8 bits are to mean to each softmax: what a method says, or less far down if that makes its outputs nearer.
pub(crate) fn meanings(model: &Float<'_>, seen: &Observations, method: Method) -> Vec<(TensorId, Meaning)> {
    let nearest = |(step, id)| {
        let (range, rows) = (seen.histograms.get(&id)?, seen.rows.get(&id)?);
        let cut = |share| meaning(range.least * share, range.greatest, ElementType::Int8);
        let plain = method.meaning(range, ElementType::Int8);
        Some((id, nearest(model, (step, id), rows, std::iter::once(plain).chain(SHARES.map(cut)))?))
    };
    softmaxes(model).filter_map(nearest).collect()
}

/// The meaning with which the outputs on these rows are nearest; of several the first.
fn nearest(
    model: &Float<'_>,
    (step, id): (&Step<'_>, TensorId),
    rows: &[Vec<f32>],
    meanings: impl Iterator<Item = Meaning>,
) -> Option<Meaning> {
    let outputs = |values: Vec<f32>| {
        let outputs = model.outputs(step, &HashMap::from([(id, Value::Real(values))])).ok()?;
        outputs.first()?.real().map(<[f32]>::to_vec)
    };
    let exact: Vec<Vec<f32>> = rows.iter().map(|row| outputs(row.clone())).collect::<Option<_>>()?;
    let mut best: Option<(f64, Meaning)> = None;
    for meaning in meanings {
        let mut error = 0f64;
        for (row, exact) in rows.iter().zip(&exact) {
            let found = outputs(row.iter().map(|&x| rounded(x, meaning)).collect())?;
            error += exact.iter().zip(found).map(|(x, y)| f64::from(x - y).powi(2)).sum::<f64>();
        }
        if best.is_none_or(|best| error < best.0) {
            best = Some((error, meaning));
        }
    }
    best.map(|(_, meaning)| meaning)
}

/// A number as 8 bits stand for it.
fn rounded(x: f32, (scale, zero_point): Meaning) -> f32 {
    ((x / scale).round() + zero_point as f32).clamp(-128.0, 127.0) * scale - zero_point as f32 * scale
}
