//! Lets a RESHAPE of a RESHAPE read what the first of them reads.

use super::uses::Uses;
use crate::graph::Graph;

/// Runs the pass. What nobody reads any more goes with the dead.
pub fn run(graph: &mut Graph) -> bool {
    let uses = Uses::of(graph);
    let mut changed = false;
    for at in 0..graph.nodes.len() {
        let reads = |at: usize| {
            let node = graph.nodes.get(at).filter(|node| node.op.is_reshape())?;
            node.inputs.first().copied().flatten()
        };
        let Some(earlier) = reads(at).and_then(|input| uses.writer(input)).and_then(reads) else { continue };
        if let Some(node) = graph.nodes.get_mut(at) {
            node.inputs = vec![Some(earlier)];
            changed = true;
        }
    }
    changed
}
