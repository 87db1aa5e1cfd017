//! Single layers get 16-bit activations, where these buy most and the model stays within its limits.

use super::model::Whole;
use super::roles::is_tied;
use super::settings::Limits;
use super::trial::{Trial, Tried};
use crate::diagnostics::At;
use crate::graph::TensorId;
use crate::table::Figures;
use std::collections::BTreeSet;

/// Raises one group of tensors after the other, those that make `best` nearest by themselves first, each if the model
/// stays within the limits, and goes back to the nearest of all these. Gives the operators that write the groups.
///
/// The errors of layers add up nearly, so that what each buys alone is a good order; but what one buys may be hidden
/// until others are raised, too.
pub(crate) fn raise(trial: &Trial<'_, '_>, best: &mut Tried, limits: Limits, whole: Whole<'_>) -> Vec<At> {
    let candidates = candidates(trial, &best.scheme.wide);
    let with = |wide: &BTreeSet<TensorId>, from: &Tried| -> Option<Tried> {
        let mut scheme = trial.scheme(from.method, wide);
        scheme.corrections.clone_from(&from.scheme.corrections);
        // Where no kernel computes in 16 bits, there is no model.
        let (program, layout) = whole(trial.rewritten(&scheme).ok()?.graph).ok()?;
        let Figures { ram, flash, .. } = Figures::of(&program, &layout);
        limits.allow(ram, flash).then(|| trial.tried(from.method, scheme).ok()).flatten()
    };
    let mut ranked: Vec<(f64, TensorId)> = Vec::new();
    for (id, _) in &candidates {
        let mut wide = best.scheme.wide.clone();
        wide.insert(*id);
        ranked.extend(with(&wide, best).map(|alone| (alone.sqnr, *id)));
    }
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut last = best.clone();
    for (_, id) in ranked {
        let mut wide = last.scheme.wide.clone();
        wide.insert(id);
        if let Some(raised) = with(&wide, &last) {
            last = raised;
            if last.sqnr > best.sqnr {
                best.clone_from(&last);
            }
        }
    }
    let raised = |(id, at): (TensorId, At)| best.scheme.wide.contains(&id).then_some(at);
    candidates.into_iter().filter_map(raised).collect()
}

/// Groups that may be raised, in the order in which they are written, and the first operator that writes each.
fn candidates(trial: &Trial<'_, '_>, wide: &BTreeSet<TensorId>) -> Vec<(TensorId, At)> {
    let choice = &trial.choice;
    let (graph, groups) = (&choice.model.graph, choice.groups);
    // What callers see stays as it is, and so does what an LSTM keeps.
    let ports = graph.inputs.iter().chain(&graph.outputs);
    let mut taken: BTreeSet<TensorId> =
        ports.map(|&id| groups.first(id)).chain(wide.iter().copied()).collect();
    let steps = || choice.model.steps.iter().map(|step| &step.found);
    for found in steps().filter(|found| found.row.name == "UNIDIRECTIONAL_SEQUENCE_LSTM") {
        let all = found.inputs.iter().flatten().chain(&found.outputs);
        taken.extend(all.map(|&id| groups.first(id)));
    }
    let mut candidates = Vec::new();
    for found in steps().filter(|found| !is_tied(found.row.name)) {
        for &id in &found.outputs {
            let tensor = graph.tensor(id);
            if tensor.ty.is_float() && taken.insert(groups.first(id)) {
                let (index, name) = (found.index, found.row.name.to_owned());
                let at = At::Operator { index, name, output: tensor.name.clone() };
                candidates.push((groups.first(id), at));
            }
        }
    }
    candidates
}
