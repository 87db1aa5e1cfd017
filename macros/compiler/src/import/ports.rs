//! Inputs and outputs of the model: what the caller sees of it.

use super::{Import, legacy};
use crate::diagnostics::{At, Diagnostic, Problem};
use crate::graph::{Graph, TensorId};
use crate::read::CONVERT_AGAIN;
use crate::schema::tflite;

/// Inputs some of whose dimensions the file leaves open.
pub(super) fn fixed_shapes(main: tflite::SubGraph<'_>, inputs: &[TensorId]) -> Vec<Diagnostic> {
    let Some(tensors) = main.tensors() else { return Vec::new() };
    let known = inputs.iter().filter(|id| id.0 < tensors.len());
    let open = known.map(|id| (id.0, tensors.get(id.0))).filter_map(|(index, tensor)| {
        let signature: Vec<i32> = tensor.shape_signature()?.iter().collect();
        let shape: Vec<i32> = tensor.shape()?.iter().collect();
        let problem = Problem::new(
            format!("shape {signature:?} is compiled as {shape:?}"),
            "memory is planned for one shape, and the file has this one for the open dimensions (-1)",
            "convert with a fixed input shape, as by `keras.Input(shape, batch_size=1)`",
        );
        let at = At::Tensor { index, name: tensor.name().unwrap_or_default().to_owned() };
        signature.contains(&-1).then(|| problem.at(at))
    });
    open.collect()
}

impl Import<'_, '_> {
    /// What the caller provides as `uint8` is shifted first.
    pub(super) fn shift_inputs(&mut self) {
        let mut inputs = std::mem::take(&mut self.graph.inputs);
        for input in &mut inputs {
            if let Some(port) = legacy::port(&mut self.graph, *input) {
                self.graph.nodes.push(legacy::node(0, port, *input));
                self.written.insert(port);
                *input = port;
            }
        }
        self.graph.inputs = inputs;
    }

    /// What the caller gets as `uint8` is shifted back at last.
    pub(super) fn shift_outputs(&mut self, operators: usize) {
        let mut outputs = std::mem::take(&mut self.graph.outputs);
        for output in &mut outputs {
            if let Some(port) = legacy::port(&mut self.graph, *output) {
                self.graph.nodes.push(legacy::node(operators.saturating_sub(1), *output, port));
                *output = port;
            }
        }
        self.graph.outputs = outputs;
    }

    /// Inputs and outputs of the model must be of types that a program can hold, and have values.
    pub(super) fn check_ports(&mut self) {
        let at =
            |graph: &Graph, id: TensorId| At::Tensor { index: id.0, name: graph.tensor(id).name.clone() };
        let ports: Vec<TensorId> = self.graph.inputs.iter().chain(&self.graph.outputs).copied().collect();
        for id in ports {
            self.is_broken(id);
        }
        // If something is wrong with an operator, it is said what.
        let unwritten = self.graph.outputs.iter().filter(|id| !self.written.contains(id));
        if let (Some(&id), true) = (unwritten.into_iter().next(), self.errors.is_empty()) {
            let problem = Problem::new(
                "an output that has no values",
                "no operator writes it, and it is neither an input nor a constant",
                CONVERT_AGAIN,
            );
            self.errors.push(problem.at(at(&self.graph, id)));
        }
        if self.graph.outputs.is_empty() && self.errors.is_empty() {
            let problem = Problem::new("the model has no output", "there is nothing to infer", CONVERT_AGAIN);
            self.errors.push(problem.at(At::Model));
        }
    }
}
