//! Fuses a PAD into the convolutions and pools of greatest values that read it.
//!
//! Means stay: they do not count the padding of their own, but that of a PAD they do.

use super::uses::{Uses, mean_the_same};
use crate::graph::Graph;
use crate::ops::Padding;
use crate::ranges::{Analysis, Known};
use std::collections::HashSet;

/// Runs the pass.
pub fn run(graph: &mut Graph) -> bool {
    let (uses, analysis) = (Uses::of(graph), Analysis::of(graph));
    let mut changed: HashSet<usize> = HashSet::new();
    for at in 0..graph.nodes.len() {
        let Some(fused) = fused(graph, &uses, &analysis, at) else { continue };
        if fused.iter().any(|(reader, _)| changed.contains(reader)) {
            continue;
        }
        let input = graph.nodes.get(at).and_then(|node| node.inputs.first().copied().flatten());
        for (reader, op) in fused {
            let Some(node) = graph.nodes.get_mut(reader) else { continue };
            node.inputs.iter_mut().take(1).for_each(|slot| *slot = input);
            node.op = op;
            node.notes.push("PAD fused".to_owned());
            changed.insert(reader);
        }
    }
    !changed.is_empty()
}

/// The readers of a PAD with its padding in them, if it suits all of them.
fn fused(
    graph: &Graph,
    uses: &Uses,
    analysis: &Analysis,
    at: usize,
) -> Option<Vec<(usize, std::rc::Rc<dyn crate::ops::Op>)>> {
    let node = graph.nodes.get(at)?;
    let known = Known { graph, node, analysis, kept: None };
    let padding: Padding = node.op.padding(&known)?;
    let (&output, input) = (node.outputs.first()?, known.input(0)?);
    let readers = uses.readers(output);
    if readers.is_empty() || input.data.is_some() || !mean_the_same(input, graph.tensor(output)) {
        return None;
    }
    let op = |&reader: &usize| {
        let node = graph.nodes.get(reader)?;
        let known = Known { graph, node, analysis, kept: None };
        (known.id(0) == Some(output)).then_some(())?;
        Some((reader, node.op.padded(&padding, &known)?))
    };
    readers.iter().map(op).collect()
}
