//! Refuses inputs and outputs that a Rust program could not provide or take.

use crate::diagnostics::{At, Diagnostic, Problem};
use crate::graph::{Graph, TensorId};
use crate::read::CONVERT_AGAIN;
use std::collections::HashSet;

/// Runs the pass. Floats are the business of another.
pub fn run(graph: &Graph) -> Vec<Diagnostic> {
    let mut refused = Vec::new();
    let mut seen = HashSet::new();
    for &id in &graph.inputs {
        let why = match (graph.tensor(id).data.is_some(), seen.insert(id)) {
            (true, _) => "it is a constant",
            (_, false) => "it is an input twice",
            _ => continue,
        };
        refused.push(
            Problem::new("an input that the caller cannot provide", why, CONVERT_AGAIN).at(at(graph, id)),
        );
    }
    let mut seen = HashSet::new();
    for &id in graph.inputs.iter().chain(&graph.outputs) {
        let ty = graph.tensor(id).ty;
        if !ty.is_on_devices() && !ty.is_float() && seen.insert(id) {
            let problem = Problem::new(
                format!("this input or output of the model is {ty}"),
                "devices have integers of 8, 16 and 32 bits, and bool",
                "cast it to int32 in the model, or convert with int8 inputs and outputs",
            );
            refused.push(problem.at(at(graph, id)));
        }
    }
    refused
}

fn at(graph: &Graph, id: TensorId) -> At {
    At::Tensor { index: id.0, name: graph.tensor(id).name.clone() }
}
