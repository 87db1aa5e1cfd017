//! Recurrent layers, in floating point.

// Values of floats overflow to infinity.
#![allow(clippy::arithmetic_side_effects)]

use super::layers::{dot, sigmoid, tanh};
use super::{Float, Step, Value};
use crate::diagnostics::Diagnostic;
use crate::graph::TensorId;
use std::collections::HashMap;

/// Sequence, then hidden state and cell state as they are after it.
pub(super) fn lstm(
    model: &Float<'_>,
    step: &Step<'_>,
    values: &HashMap<TensorId, Value>,
) -> Result<Vec<Value>, Diagnostic> {
    let outputs = sequence(model, step, values);
    outputs.ok_or_else(|| Diagnostic::bug("an LSTM cannot be computed in floats"))
}

fn sequence(model: &Float<'_>, step: &Step<'_>, values: &HashMap<TensorId, Value>) -> Option<Vec<Value>> {
    let inputs = &step.found.inputs;
    let id = |index: usize| inputs.get(index).copied().flatten();
    let real = |index: usize| {
        let id = id(index)?;
        values.get(&id).or_else(|| model.constants.get(&id))?.real()
    };
    let options = step.found.operator.builtin_options_as_unidirectional_sequence_lstmoptions()?;
    let &[outer, inner, depth] = model.graph.tensor(id(0)?).shape.as_slice() else { return None };
    let &[_, units] = model.graph.tensor(id(5)?).shape.as_slice() else { return None };
    let (batches, steps) = if options.time_major() { (inner, outer) } else { (outer, inner) };
    let input = real(0)?;
    let (mut hidden, mut cell) = (model.state.get(&id(18)?)?.clone(), model.state.get(&id(19)?)?.clone());
    let mut output = vec![0f32; batches * steps * units];
    for time in 0..steps {
        for batch in 0..batches {
            let at = if options.time_major() { time * batches + batch } else { batch * steps + time };
            let x = input.get(at * depth..(at + 1) * depth)?;
            let h = hidden.get(batch * units..(batch + 1) * units)?.to_vec();
            let gate = |gate: usize| -> Option<Vec<f32>> {
                let (w, r) = (real(1 + gate)?, real(5 + gate)?);
                let rows = w.chunks_exact(depth).zip(r.chunks_exact(units)).zip(real(12 + gate)?);
                Some(rows.map(|((w, r), b)| dot(x, w) + dot(&h, r) + b).collect())
            };
            let [i, f, g, o] = [gate(0)?, gate(1)?, gate(2)?, gate(3)?];
            let cells = cell.get_mut(batch * units..(batch + 1) * units)?;
            let gates = i.iter().zip(&f).zip(g.iter().zip(&o));
            let mut given = Vec::with_capacity(units);
            for (c, ((i, f), (g, o))) in cells.iter_mut().zip(gates) {
                *c = sigmoid(*f) * *c + sigmoid(*i) * tanh(*g);
                if options.cell_clip() > 0.0 {
                    *c = c.clamp(-options.cell_clip(), options.cell_clip());
                }
                given.push(sigmoid(*o) * tanh(*c));
            }
            hidden.get_mut(batch * units..(batch + 1) * units)?.copy_from_slice(&given);
            output.get_mut(at * units..(at + 1) * units)?.copy_from_slice(&given);
        }
    }
    Some(vec![Value::Real(output), Value::Real(hidden), Value::Real(cell)])
}
