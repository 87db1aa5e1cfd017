//! Fuses a product or a sum with constants, one or one per channel, into the operator with weights before it, where
//! one change of scale does the work of both.

use super::uses::Uses;
use crate::graph::{ElementType, Graph, Node, Tensor, TensorId};
use crate::ops::Op;
use crate::ranges::{Analysis, Known};
use std::collections::HashSet;
use std::rc::Rc;

/// Runs the pass.
pub fn run(graph: &mut Graph) -> bool {
    let (uses, analysis) = (Uses::of(graph), Analysis::of(graph));
    let mut removed: HashSet<usize> = HashSet::new();
    for at in 0..graph.nodes.len() {
        let Some(Fused { writer, op, bias }) = fused(graph, &uses, &analysis, at) else { continue };
        // The next round sees what this one leaves.
        if removed.contains(&writer) {
            continue;
        }
        let Some((name, outputs)) = graph.nodes.get(at).map(|node| (node.name, node.outputs.clone())) else {
            continue;
        };
        let bias = graph.add(bias);
        let Some(node) = graph.nodes.get_mut(writer) else { continue };
        node.op = op;
        node.inputs.truncate(2);
        node.inputs.push(Some(bias));
        node.outputs = outputs;
        node.notes.push(format!("{name} fused"));
        removed.insert(at);
    }
    let mut at = 0..;
    graph.nodes.retain(|_| at.next().is_none_or(|at| !removed.contains(&at)));
    !removed.is_empty()
}

/// The node that computes what another one scales, and what it is with that.
struct Fused {
    writer: usize,
    op: Rc<dyn Op>,
    bias: Tensor,
}

/// What node `at` becomes a part of.
fn fused(graph: &Graph, uses: &Uses, analysis: &Analysis, at: usize) -> Option<Fused> {
    let known = |node| Known { graph, node, analysis, kept: None };
    let node = graph.nodes.get(at)?;
    let scaled = |input: TensorId| uses.reader(input) == Some(at);
    let writer = node.inputs.iter().flatten().filter(|&&id| scaled(id)).find_map(|&id| uses.writer(id))?;
    let computes: &Node = graph.nodes.get(writer)?;
    let (&[before], &[after]) = (computes.outputs.as_slice(), node.outputs.as_slice()) else { return None };
    let then = node.op.by_channel(&known(node))?;
    let input = node.inputs.get(then.input).copied().flatten()?;
    let [from, to] = [before, after].map(|id| graph.tensor(id));
    let alike = from.ty == ElementType::Int8 && to.ty == ElementType::Int8 && from.shape == to.shape;
    (input == before && scaled(before) && alike).then_some(())?;
    let (op, bias) = computes.op.followed(&known(computes), &*then.function, Known::zero_point(to))?;
    Some(Fused { writer, op, bias })
}
