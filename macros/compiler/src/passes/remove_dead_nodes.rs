//! Removes operators whose outputs nobody reads, and assignments to variables that nobody reads.

use crate::graph::{Effect, Graph, TensorId, VariableId};
use std::collections::HashSet;

/// Runs the pass.
pub fn run(graph: &mut Graph) {
    // What an operator assigns, one that stands before it may read: in the next inference.
    let mut variables = HashSet::new();
    let mut kept = live(graph, &variables);
    loop {
        let read = kept.iter().zip(&graph.nodes).filter(|(kept, _)| **kept);
        let read = read.filter_map(|(_, node)| match node.op.effect() {
            Effect::Reads(variable, _) => Some(variable),
            _ => None,
        });
        let before = variables.len();
        variables.extend(read);
        if variables.len() == before {
            break;
        }
        kept = live(graph, &variables);
    }
    let mut kept = kept.into_iter();
    graph.nodes.retain(|_| kept.next().unwrap_or(true));
}

/// Which nodes matter, if these variables do.
fn live(graph: &Graph, variables: &HashSet<VariableId>) -> Vec<bool> {
    let mut read: HashSet<TensorId> = graph.outputs.iter().copied().collect();
    let mut kept: Vec<bool> = Vec::with_capacity(graph.nodes.len());
    for node in graph.nodes.iter().rev() {
        let assigns =
            matches!(node.op.effect(), Effect::Assigns(variable, _) if variables.contains(&variable));
        let matters = assigns || node.outputs.iter().any(|output| read.contains(output));
        if matters {
            read.extend(node.inputs.iter().flatten());
        }
        kept.push(matters);
    }
    kept.reverse();
    kept
}
