//! Removes the QUANTIZE behind a float input and the DEQUANTIZE before a float output, so that the
//! caller deals with the integers.

use crate::diagnostics::{At, Diagnostic, Problem};
use crate::graph::{Graph, TensorId};

/// Runs the pass. A float tensor at the border that no such operator turns into integers is refused.
pub fn run(graph: &mut Graph) -> Vec<Diagnostic> {
    strip_inputs(graph);
    strip_outputs(graph);
    let border: Vec<TensorId> = graph.inputs.iter().chain(&graph.outputs).copied().collect();
    let float = border.into_iter().filter(|&id| graph.tensor(id).ty.is_float());
    float.map(|id| refuse(graph, id)).collect()
}

/// A float input becomes the output of the QUANTIZE that is its only reader.
fn strip_inputs(graph: &mut Graph) {
    for at in 0..graph.inputs.len() {
        let input = graph.inputs[at];
        if !graph.tensor(input).ty.is_float() || graph.outputs.contains(&input) {
            continue;
        }
        let readers = graph.nodes.iter().enumerate().filter(|(_, node)| node.inputs.contains(&Some(input)));
        let readers: Vec<usize> = readers.map(|(index, _)| index).collect();
        if let &[reader] = readers.as_slice()
            && graph.nodes[reader].name == "QUANTIZE"
            && let &[output] = graph.nodes[reader].outputs.as_slice()
        {
            graph.tensors[output.0].name = graph.tensor(input).name.clone();
            graph.nodes.remove(reader);
            graph.inputs[at] = output;
        }
    }
}

/// A float output becomes the input of the DEQUANTIZE that writes it.
fn strip_outputs(graph: &mut Graph) {
    for at in 0..graph.outputs.len() {
        let output = graph.outputs[at];
        let writer = graph.nodes.iter().find(|node| node.outputs.contains(&output));
        let Some(writer) = writer.filter(|node| node.name == "DEQUANTIZE") else { continue };
        if let &[Some(input)] = writer.inputs.as_slice() {
            graph.outputs[at] = input;
        }
    }
}

fn refuse(graph: &Graph, id: TensorId) -> Diagnostic {
    let tensor = graph.tensor(id);
    let problem = Problem::new(
        format!("this input or output of the model is {}", tensor.ty),
        "float models are not supported yet, only integer ones, whose border may be float \
         if a QUANTIZE or DEQUANTIZE stands there",
        crate::read::QUANTIZE,
    );
    problem.at(At::Tensor { index: id.0, name: tensor.name.clone() })
}
