//! Types of inputs and outputs of a quantized model: those that its user has chosen, or those that fit best.

use super::choose::{Choice, fixed_type, meaning_of};
use super::float::Float;
use super::observe::Observations;
use super::rewrite::Groups;
use super::settings::{Bits, Fixed, Settings};
use crate::diagnostics::{At, Diagnostic, Problem};
use crate::graph::{ElementType, TensorId};
use std::collections::{BTreeSet, HashMap};

/// Groups of inputs and outputs that callers want to have 16 bits, where others have 8.
pub(super) fn wide_ports(
    model: &Float<'_>,
    groups: &Groups,
    ty: ElementType,
    (inputs, outputs): (&[Option<Fixed>], &[Option<Fixed>]),
) -> BTreeSet<TensorId> {
    let ids = model.graph.inputs.iter().chain(&model.graph.outputs);
    let wide = ids
        .zip(inputs.iter().chain(outputs))
        .filter(|(_, fixed)| ty != ElementType::Int16 && fixed.is_some_and(|fixed| fixed.bits == 16));
    let mut wide: BTreeSet<TensorId> = wide.map(|(&id, _)| groups.first(id)).collect();
    // An LSTM computes in what it keeps, so that all of it has the same bits.
    let steps = model.steps.iter().map(|step| &step.found);
    let lstms = steps.filter(|found| found.row.name == "UNIDIRECTIONAL_SEQUENCE_LSTM");
    let ports = lstms.map(|found| {
        let input = found.inputs.first().copied().flatten();
        input.into_iter().chain(found.outputs.iter().copied()).map(|id| groups.first(id)).collect::<Vec<_>>()
    });
    let ports: Vec<Vec<TensorId>> = ports.collect();
    for _ in &ports {
        for own in &ports {
            if own.iter().any(|id| wide.contains(id)) {
                wide.extend(own);
            }
        }
    }
    wide
}

/// Types of all inputs and of all outputs.
type PortTypes = (Vec<Option<Fixed>>, Vec<Option<Fixed>>);

/// The types of inputs and outputs: those that the user has chosen, or those that fit best.
pub(super) fn port_types(
    model: &Float<'_>,
    groups: &Groups,
    seen: &Observations,
    ty: ElementType,
    settings: &Settings,
) -> Result<PortTypes, Vec<Diagnostic>> {
    let bits = if ty == ElementType::Int16 { 16 } else { 8 };
    let is_auto = settings.bits == Bits::Auto;
    let mut refused = Vec::new();
    let mut types = |ids: &[TensorId], wanted: &[Option<Fixed>], always: &HashMap<TensorId, (f32, i32)>| {
        let wanted = wanted.iter().copied().chain(std::iter::repeat(None));
        let mut types = Vec::with_capacity(ids.len());
        for (&id, wanted) in ids.iter().zip(wanted) {
            let tensor = model.graph.tensor(id);
            let known = always.get(&groups.first(id)).and_then(|&meaning| type_of(meaning, bits));
            let best = known.or_else(|| fixed_type(seen.histograms.get(&id)?, bits));
            let bits = wanted.map_or(bits, |wanted| if is_auto { wanted.bits } else { bits });
            let problem = wanted.and_then(|wanted| unfit(wanted, tensor.ty, bits));
            if let Some(problem) = problem {
                refused.push(problem.at(At::Tensor { index: id.0, name: tensor.name.clone() }));
            }
            types.push(wanted.or(best).filter(|_| tensor.ty.is_float()));
        }
        types
    };
    let inputs = types(&model.graph.inputs, &settings.inputs, &HashMap::new());
    let (no_inputs, no_outputs, wide) = (Vec::new(), Vec::new(), BTreeSet::new());
    let choice = Choice { model, groups, seen, ty, inputs: no_inputs, outputs: no_outputs, wide };
    let always = choice.fixed(&BTreeSet::new());
    let outputs = types(&model.graph.outputs, &settings.outputs, &always);
    if refused.is_empty() { Ok((inputs, outputs)) } else { Err(refused) }
}

/// The type that has a meaning, if there is one.
fn type_of((scale, zero_point): (f32, i32), bits: u32) -> Option<Fixed> {
    let signed = zero_point == 0;
    let types = (0..=bits).map(|fraction| Fixed { signed, bits, fraction });
    types.into_iter().find(|&ty| meaning_of(ty) == (scale, zero_point))
}

/// Why a tensor cannot have a type.
fn unfit(ty: Fixed, found: ElementType, bits: u32) -> Option<Problem> {
    if !found.is_float() {
        return Some(Problem::new(
            format!("type {ty} for a tensor of {found}"),
            "it holds integers that count, which no scale belongs to",
            "leave the type out",
        ));
    }
    if ty.bits != bits {
        return Some(Problem::new(
            format!("type {ty} of {} bits", ty.bits),
            format!("activations of this model have {bits}"),
            "write a type with as many bits as `bits = …;` says, 8 if it is not there",
        ));
    }
    (bits == 16 && !ty.signed).then(|| {
        Problem::new(
            format!("type {ty} without negative numbers"),
            "16-bit activations are signed",
            format!("write `I{}F{}`", ty.bits.saturating_sub(ty.fraction), ty.fraction),
        )
    })
}
