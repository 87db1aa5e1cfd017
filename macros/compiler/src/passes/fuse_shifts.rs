//! Fuses the step to `uint8`, as callers have it, into the operator that computes what is shifted.

use super::uses::Uses;
use crate::graph::{ElementType, Graph};
use crate::ops::Op;
use std::rc::Rc;

/// Runs the pass.
pub fn run(graph: &mut Graph) -> bool {
    let uses = Uses::of(graph);
    let mut removed = Vec::new();
    for at in 0..graph.nodes.len() {
        let Some((writer, op)) = fused(graph, &uses, at) else { continue };
        let Some(outputs) = graph.nodes.get(at).map(|node| node.outputs.clone()) else { continue };
        let Some(node) = graph.nodes.get_mut(writer) else { continue };
        (node.op, node.outputs) = (op, outputs);
        removed.push(at);
    }
    let mut at = 0..;
    graph.nodes.retain(|_| at.next().is_none_or(|at| !removed.contains(&at)));
    !removed.is_empty()
}

/// The node that computes what node `at` shifts, and what it is with outputs of `uint8`.
fn fused(graph: &Graph, uses: &Uses, at: usize) -> Option<(usize, Rc<dyn Op>)> {
    let node = graph.nodes.get(at).filter(|node| node.op.is_shift())?;
    let input = node.inputs.first().copied().flatten()?;
    let &[output] = node.outputs.as_slice() else { return None };
    let to_unsigned = graph.tensor(output).ty == ElementType::UInt8;
    (to_unsigned && uses.reader(input) == Some(at)).then_some(())?;
    let writer = uses.writer(input)?;
    let computes = graph.nodes.get(writer).filter(|node| node.outputs.len() == 1)?;
    Some((writer, computes.op.unsigned()?))
}
