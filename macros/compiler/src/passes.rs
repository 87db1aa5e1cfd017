//! The passes over the graph, in order, each in a file of its own.
//!
//! 1. `strip_float_border`: first, because nothing after it can deal with floats.
//! 2. `remove_dead_nodes`: before anything is refused that nobody needs.
//! 3. `refuse_floats`: what is refused here is the user's to solve; later there are only integers.
//! 4. `refuse_ports`: after the border is known.
//! 5. `keep_rings`: when dead readers of a window are gone, which would be in its way.

mod keep_rings;
mod refuse_floats;
mod refuse_ports;
mod remove_dead_nodes;
mod strip_float_border;

use crate::diagnostics::Diagnostic;
use crate::graph::Graph;

/// Runs all passes; what they return is the user's to solve.
pub fn run(graph: &mut Graph) -> Vec<Diagnostic> {
    strip_float_border::run(graph);
    remove_dead_nodes::run(graph);
    let mut refused = refuse_floats::run(graph);
    refused.extend(refuse_ports::run(graph));
    if refused.is_empty() {
        keep_rings::run(graph);
    }
    refused
}

#[cfg(test)]
mod tests {
    use super::run;
    use crate::graph::{ElementType, Graph, Node, Quantization, Tensor, TensorId};
    use crate::ops::Nothing;
    use std::rc::Rc;

    /// A graph of float tensors (`None`) and int8 tensors of these zero points, with one input.
    fn graph(tensors: &[Option<i32>], nodes: &[(&'static str, usize, usize)], outputs: &[usize]) -> Graph {
        let tensor = |zero_point: &Option<i32>| Tensor {
            name: String::new(),
            shape: vec![1],
            ty: zero_point.map_or(ElementType::Float32, |_| ElementType::Int8),
            quantization: zero_point.map(|zero_point| Quantization {
                scales: vec![0.5],
                zero_points: vec![zero_point],
                dimension: 0,
            }),
            data: None,
            shifted: false,
        };
        let node = |(index, &(name, input, output)): (usize, &(&'static str, usize, usize))| Node {
            index,
            name,
            op: Rc::new(Nothing),
            inputs: vec![Some(TensorId(input))],
            outputs: vec![TensorId(output)],
        };
        Graph {
            tensors: tensors.iter().map(tensor).collect(),
            nodes: nodes.iter().enumerate().map(node).collect(),
            inputs: vec![TensorId(0)],
            outputs: outputs.iter().map(|&id| TensorId(id)).collect(),
            ..Graph::default()
        }
    }

    #[test]
    fn a_float_border_vanishes() {
        let nodes = [("QUANTIZE", 0, 1), ("RELU", 1, 2), ("DEQUANTIZE", 2, 3)];
        let mut graph = graph(&[None, Some(0), Some(0), None], &nodes, &[3]);
        assert_eq!(run(&mut graph), []);
        assert_eq!((&graph.inputs[..], &graph.outputs[..]), (&[TensorId(1)][..], &[TensorId(2)][..]));
        assert_eq!(graph.nodes.len(), 1);
    }

    #[test]
    fn an_input_that_is_quantized_alike_twice_is_one() {
        let nodes = [("QUANTIZE", 0, 1), ("QUANTIZE", 0, 2), ("RELU", 2, 3)];
        let mut graph = graph(&[None, Some(7), Some(7), Some(0)], &nodes, &[3, 2]);
        assert_eq!(run(&mut graph), []);
        assert_eq!(graph.nodes[0].inputs, [Some(TensorId(1))]);
        assert_eq!(graph.outputs, [TensorId(3), TensorId(1)]);
    }

    #[test]
    fn an_input_that_is_quantized_in_two_ways_is_refused_once() {
        let nodes = [("QUANTIZE", 0, 1), ("QUANTIZE", 0, 2)];
        let refused = run(&mut graph(&[None, Some(7), Some(8)], &nodes, &[1, 2]));
        assert_eq!(refused.len(), 1);
        assert!(refused[0].what.contains("in several ways"), "{}", refused[0]);
    }

    #[test]
    fn floats_inside_are_refused_where_they_start() {
        let nodes = [("DEQUANTIZE", 0, 1), ("QUANTIZE", 1, 2)];
        let refused = run(&mut graph(&[Some(0), None, Some(1)], &nodes, &[2]));
        assert_eq!(refused.len(), 1);
        assert!(refused[0].at.to_string().contains("DEQUANTIZE"), "{}", refused[0]);
    }

    #[test]
    fn floats_that_nobody_reads_do_not_matter() {
        let nodes = [("DEQUANTIZE", 0, 1), ("RELU", 0, 2)];
        assert_eq!(run(&mut graph(&[Some(0), None, Some(0)], &nodes, &[2])), []);
    }
}
