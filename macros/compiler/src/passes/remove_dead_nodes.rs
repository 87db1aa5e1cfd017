//! Removes operators whose outputs nobody reads.

use crate::graph::{Graph, TensorId};
use std::collections::HashSet;

/// Runs the pass.
pub fn run(graph: &mut Graph) {
    let mut read: HashSet<TensorId> = graph.outputs.iter().copied().collect();
    let mut kept = Vec::with_capacity(graph.nodes.len());
    for node in graph.nodes.drain(..).rev() {
        if node.outputs.iter().any(|output| read.contains(output)) {
            read.extend(node.inputs.iter().flatten());
            kept.push(node);
        }
    }
    kept.reverse();
    graph.nodes = kept;
}
