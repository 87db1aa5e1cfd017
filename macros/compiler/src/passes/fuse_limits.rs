//! Fuses an operator that only limits values into the one that computes them.

use super::uses::{Uses, mean_the_same};
use crate::graph::Graph;
use crate::ranges::{Analysis, Known};
use std::collections::HashSet;

/// Runs the pass.
pub fn run(graph: &mut Graph) -> bool {
    let (uses, analysis) = (Uses::of(graph), Analysis::of(graph));
    let mut removed: HashSet<usize> = HashSet::new();
    for at in 0..graph.nodes.len() {
        let Some((writer, op)) = fused(graph, &uses, &analysis, at) else { continue };
        // The next round sees what this one leaves.
        if removed.contains(&writer) {
            continue;
        }
        let Some((name, outputs)) = graph.nodes.get(at).map(|node| (node.name, node.outputs.clone())) else {
            continue;
        };
        let Some(node) = graph.nodes.get_mut(writer) else { continue };
        node.op = op;
        node.outputs = outputs;
        node.notes.push(format!("{name} fused"));
        removed.insert(at);
    }
    let mut at = 0..;
    graph.nodes.retain(|_| at.next().is_none_or(|at| !removed.contains(&at)));
    !removed.is_empty()
}

/// The node that computes what node `at` limits, and what it is with these limits.
fn fused(
    graph: &Graph,
    uses: &Uses,
    analysis: &Analysis,
    at: usize,
) -> Option<(usize, std::rc::Rc<dyn crate::ops::Op>)> {
    let node = graph.nodes.get(at)?;
    let (index, least, greatest) = node.op.limits(&Known { graph, node, analysis, kept: None })?;
    let input = node.inputs.get(index).copied().flatten()?;
    let &[output] = node.outputs.as_slice() else { return None };
    let (before, after) = (graph.tensor(input), graph.tensor(output));
    let alike = mean_the_same(before, after) && before.shape == after.shape;
    (alike && uses.reader(input) == Some(at)).then_some(())?;
    let writer = uses.writer(input)?;
    let computes = graph.nodes.get(writer).filter(|node| node.outputs.len() == 1)?;
    Some((writer, computes.op.limited(least, greatest)?))
}
