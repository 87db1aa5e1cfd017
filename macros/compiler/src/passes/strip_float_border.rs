//! Removes the QUANTIZE behind a float input and the DEQUANTIZE before a float output, so that the
//! caller deals with the integers.

use crate::graph::{Graph, TensorId};

/// Runs the pass.
pub fn run(graph: &mut Graph) {
    strip_inputs(graph);
    strip_outputs(graph);
}

/// A float input becomes the output of the QUANTIZE that reads it; of all of them, if they are alike
/// and nothing else reads it.
fn strip_inputs(graph: &mut Graph) {
    for (at, input) in graph.inputs.clone().into_iter().enumerate() {
        if !graph.tensor(input).ty.is_float() || graph.outputs.contains(&input) {
            continue;
        }
        let Some(quantized) = quantized(graph, input) else { continue };
        let Some(&first) = quantized.first() else { continue };
        graph.tensor_mut(first).name = graph.tensor(input).name.clone();
        graph.inputs.iter_mut().skip(at).take(1).for_each(|id| *id = first);
        graph.nodes.retain(|node| !node.inputs.contains(&Some(input)));
        let read = graph.nodes.iter_mut().flat_map(|node| node.inputs.iter_mut().flatten());
        for id in read.chain(&mut graph.outputs).filter(|id| quantized.contains(id)) {
            *id = first;
        }
    }
}

/// The integers that a float input becomes, if all its readers make the same of it.
fn quantized(graph: &Graph, input: TensorId) -> Option<Vec<TensorId>> {
    let readers = graph.nodes.iter().filter(|node| node.inputs.contains(&Some(input)));
    let outputs = readers.map(|node| match node.outputs.as_slice() {
        &[output] if node.name == "QUANTIZE" => Some(output),
        _ => None,
    });
    let outputs: Vec<TensorId> = outputs.collect::<Option<_>>()?;
    let meaning = |&id: &TensorId| (graph.tensor(id).ty, graph.tensor(id).quantization.as_ref());
    let alike = outputs.iter().zip(outputs.iter().skip(1)).all(|(a, b)| meaning(a) == meaning(b));
    alike.then_some(outputs)
}

/// A float output becomes the input of the DEQUANTIZE that writes it.
fn strip_outputs(graph: &mut Graph) {
    for output in &mut graph.outputs {
        let writer = graph.nodes.iter().find(|node| node.outputs.contains(output));
        let Some(writer) = writer.filter(|node| node.name == "DEQUANTIZE") else { continue };
        if let &[Some(input)] = writer.inputs.as_slice() {
            *output = input;
        }
    }
}
