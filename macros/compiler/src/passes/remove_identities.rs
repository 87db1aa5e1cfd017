//! Removes operators whose output is their input: pools of one pixel, slices of everything, limits that no value
//! reaches.

use super::uses::mean_the_same;
use crate::graph::{Graph, TensorId};
use crate::ranges::{Analysis, Known};
use std::collections::{HashMap, HashSet};

/// Runs the pass.
pub fn run(graph: &mut Graph) -> bool {
    let analysis = Analysis::of(graph);
    let variables: HashSet<TensorId> =
        graph.variables.iter().filter_map(|variable| variable.tensor).collect();
    let mut same: HashMap<TensorId, TensorId> = HashMap::new();
    let mut removed: HashSet<usize> = HashSet::new();
    for (at, node) in graph.nodes.iter().enumerate() {
        let known = Known { graph, node, analysis: &analysis, kept: None };
        let (Some(input), &[output]) = (known.id(0), node.outputs.as_slice()) else { continue };
        let (before, after) = (graph.tensor(input), graph.tensor(output));
        let alike = mean_the_same(before, after) && before.shape == after.shape;
        // What the caller gets stays a tensor of its own, with its name. A variable changes.
        let free = !graph.outputs.contains(&output) && !variables.contains(&input) && before.data.is_none();
        if alike && free && node.op.is_identity(&known) {
            same.insert(output, same.get(&input).copied().unwrap_or(input));
            removed.insert(at);
        }
    }
    for id in graph.nodes.iter_mut().flat_map(|node| node.inputs.iter_mut().flatten()) {
        *id = same.get(id).copied().unwrap_or(*id);
    }
    let mut at = 0..;
    graph.nodes.retain(|_| at.next().is_none_or(|at| !removed.contains(&at)));
    !removed.is_empty()
}
