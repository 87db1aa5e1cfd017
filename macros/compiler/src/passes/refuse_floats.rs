//! Refuses what is left of floating-point numbers.

use crate::diagnostics::{At, Diagnostic, Problem, printable};
use crate::graph::{Graph, Node, TensorId};
use crate::read::QUANTIZE;
use std::collections::HashSet;

/// Runs the pass. Each float tensor is refused once: at the border of the model, or else at the first
/// operator that knows it.
pub fn run(graph: &Graph) -> Vec<Diagnostic> {
    let mut seen = HashSet::new();
    let mut first = |id: TensorId| graph.tensor(id).ty.is_float() && seen.insert(id);
    let inputs = graph.inputs.iter().filter(|&&id| first(id)).map(|&id| input(graph, id));
    let mut refused: Vec<Diagnostic> = inputs.collect();
    let outputs = graph.outputs.iter().filter(|&&id| first(id)).map(|&id| port(graph, id));
    refused.extend(outputs);
    for node in &graph.nodes {
        let ids = node.inputs.iter().flatten().chain(&node.outputs);
        refused.extend(ids.filter(|&&id| first(id)).map(|&id| inside(graph, node, id)));
    }
    refused
}

fn input(graph: &Graph, id: TensorId) -> Diagnostic {
    let readers = graph.nodes.iter().filter(|node| node.inputs.contains(&Some(id))).count();
    if readers < 2 {
        return port(graph, id);
    }
    let problem = Problem::new(
        "this input of the model is quantized in several ways",
        "the caller provides integers of one type, scale and zero point",
        "convert again, so that one QUANTIZE stands behind the input",
    );
    problem.at(at(graph, id))
}

fn port(graph: &Graph, id: TensorId) -> Diagnostic {
    let problem = Problem::new(
        format!("this input or output of the model is {}", graph.tensor(id).ty),
        "an integer model may have floats at its border only where a QUANTIZE or DEQUANTIZE stands",
        QUANTIZE,
    );
    problem.at(at(graph, id))
}

fn inside(graph: &Graph, node: &Node, id: TensorId) -> Diagnostic {
    let tensor = graph.tensor(id);
    let problem = Problem::new(
        format!("tensor `{}` is {}", printable(&tensor.name), tensor.ty),
        "only at inputs and outputs of the model may a QUANTIZE or DEQUANTIZE deal with floats: \
         the device computes with integers alone",
        QUANTIZE,
    );
    problem.at(graph.at(node))
}

fn at(graph: &Graph, id: TensorId) -> At {
    At::Tensor { index: id.0, name: graph.tensor(id).name.clone() }
}
