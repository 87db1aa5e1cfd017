//! The passes over the graph, in order, each in a file of its own.
//!
//! 1. `strip_float_border`: first, because nothing after it can deal with floats.
//! 2. `remove_dead_nodes`: before anything is refused that nobody needs.
//! 3. `refuse_floats`: what is refused here is the user's to solve; later there are only integers.
//! 4. `refuse_ports`: after the border is known.
//! 5. `keep_rings`: when dead readers of a window are gone, which would be in its way.
//!
//! Then those that make a model smaller or faster and leave its outputs as they are, round after round until
//! nothing changes, for what one of them removes may have been in the way of another. In a round:
//!
//! 1. `fold_constants`: what it leaves is constant for all others.
//! 2. `remove_identities`: they would stand between two operators that can become one.
//! 3. `join_reshapes`: so that one RESHAPE at most stands between two operators.
//! 4. `fuse_paddings`: after identities, and before limits, which may follow a PAD.
//! 5. `fuse_limits`: before tables, for a limit costs nothing in the operator before it, and a table does.
//! 6. `fuse_constants`: after limits, which leave fewer outputs to agree on.
//! 7. `fuse_lookups`: what no operator with weights has taken.
//! 8. `fuse_shifts`: whatever else has become a part of the operator before it.
//! 9. `remove_channels`: last, for it is the most work, and needs the operators as they will run.
//!
//! Dead nodes are removed after each of them.

mod fold_constants;
mod fuse_constants;
mod fuse_limits;
mod fuse_lookups;
mod fuse_paddings;
mod fuse_shifts;
mod join_reshapes;
mod keep_rings;
mod refuse_floats;
mod refuse_ports;
mod remove_channels;
mod remove_dead_nodes;
mod remove_identities;
mod strip_float_border;
mod uses;

use crate::Options;
use crate::diagnostics::Diagnostic;
use crate::graph::Graph;
use crate::lower::Bug;
use crate::verify;

/// A pass that may be left out: its name, and what it does, which is whether it changed anything.
type Pass = (&'static str, fn(&mut Graph) -> bool);

/// Those that make a model smaller or faster, in order.
const OPTIONAL: &[Pass] = &[
    ("fold_constants", fold_constants::run),
    ("remove_identities", remove_identities::run),
    ("join_reshapes", join_reshapes::run),
    ("fuse_paddings", fuse_paddings::run),
    ("fuse_limits", fuse_limits::run),
    ("fuse_constants", fuse_constants::run),
    ("fuse_lookups", fuse_lookups::run),
    ("fuse_shifts", fuse_shifts::run),
    ("remove_channels", remove_channels::run),
];

/// No model needs more rounds; that they come to an end does not hang on any pass.
const MAX_ROUNDS: usize = 8;

/// Names of the passes that may be left out, in order.
pub fn optional() -> impl Iterator<Item = &'static str> {
    OPTIONAL.iter().map(|(name, _)| *name)
}

/// Runs all passes; what they return is the user's to solve.
pub fn run(graph: &mut Graph, options: &Options) -> Result<Vec<Diagnostic>, Bug> {
    strip_float_border::run(graph);
    remove_dead_nodes::run(graph);
    let mut refused = refuse_floats::run(graph);
    refused.extend(refuse_ports::run(graph));
    if refused.is_empty() {
        keep_rings::run(graph);
        improve(graph, options)?;
    }
    Ok(refused)
}

/// Runs those that make a model smaller or faster.
fn improve(graph: &mut Graph, options: &Options) -> Result<(), Bug> {
    let wanted: Vec<&Pass> = OPTIONAL.iter().filter(|(name, _)| !options.without.contains(name)).collect();
    for _ in 0..MAX_ROUNDS {
        let mut changed = false;
        for (name, run) in &wanted {
            if run(graph) {
                changed = true;
                remove_dead_nodes::run(graph);
                verify::verify_graph(graph).map_err(|Bug(what)| Bug(format!("after {name}: {what}")))?;
            }
        }
        if !changed {
            break;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::diagnostics::Diagnostic;
    use crate::graph::{ElementType, Graph, Node, Quantization, Tensor, TensorId};
    use crate::ops::Nothing;
    use std::rc::Rc;

    fn run(graph: &mut Graph) -> Vec<Diagnostic> {
        super::run(graph, &crate::Options::default()).expect("no bug")
    }

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
            notes: Vec::new(),
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
