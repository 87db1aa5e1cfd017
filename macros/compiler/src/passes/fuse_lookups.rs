//! Makes one look-up in a table of what computes each output of eight bits from the one input at its place: of a
//! chain of activations, changes of scale, and sums or products with one constant.

use super::uses::Uses;
use crate::graph::{ElementType, Graph, TensorId};
use crate::ops::{Elementwise, lookup};
use crate::ranges::{Analysis, Known};
use std::collections::HashSet;

/// Tensors smaller than a table are better computed.
const WORTH_A_TABLE: usize = 1024;

/// Runs the pass.
pub fn run(graph: &mut Graph) -> bool {
    let (uses, analysis) = (Uses::of(graph), Analysis::of(graph));
    let functions: Vec<Option<Elementwise>> = graph
        .nodes
        .iter()
        .map(|node| node.op.elementwise(&Known { graph, node, analysis: &analysis, kept: None }))
        .collect();
    let mut removed: HashSet<usize> = HashSet::new();
    let mut changed = false;
    for last in (0..graph.nodes.len()).rev() {
        if removed.contains(&last) {
            continue;
        }
        let Some((chain, input)) = chain(graph, &uses, &functions, last) else { continue };
        let value = |x: i32| {
            let steps = chain.iter().rev().filter_map(|&at| functions.get(at).and_then(Option::as_ref));
            steps.fold(x, |x, step| (step.function)(x))
        };
        let op = lookup::table(value);
        let mut names: Vec<&str> =
            chain.iter().rev().filter_map(|&at| graph.nodes.get(at)).map(|node| node.name).collect();
        names.pop();
        let Some(node) = graph.nodes.get_mut(last) else { continue };
        node.op = op;
        node.inputs = vec![Some(input)];
        node.notes.push(match names.is_empty() {
            true => "as a table".to_owned(),
            false => format!("{} in one table with it", names.join(", ")),
        });
        removed.extend(chain.into_iter().filter(|&at| at != last));
        changed = true;
    }
    let mut at = 0..;
    graph.nodes.retain(|_| at.next().is_none_or(|at| !removed.contains(&at)));
    changed
}

/// The nodes from `last` back to the first of a chain, and what that reads, if a table pays.
fn chain(
    graph: &Graph,
    uses: &Uses,
    functions: &[Option<Elementwise>],
    last: usize,
) -> Option<(Vec<usize>, TensorId)> {
    let mut found = Vec::new();
    let (mut nodes, mut at) = (Vec::new(), last);
    loop {
        let (node, function) = (graph.nodes.get(at)?, functions.get(at)?.as_ref());
        let Some(function) = function else { break };
        let Some(input) = node.inputs.get(function.input).copied().flatten() else { break };
        nodes.push(at);
        if graph.tensor(input).ty == ElementType::Int8 {
            found = vec![(nodes.clone(), input)];
        }
        match uses.reader(input).and_then(|_| uses.writer(input)) {
            Some(writer) => at = writer,
            None => break,
        }
    }
    let (nodes, input) = found.pop()?;
    let output = graph.tensor(*graph.nodes.get(last)?.outputs.first()?);
    let tables = nodes.iter().filter_map(|&at| functions.get(at)?.as_ref()).filter(|f| f.is_table).count();
    let pays = match nodes.len() {
        1 => tables == 0 && output.elements() >= WORTH_A_TABLE,
        _ => tables > 0 || output.elements() >= WORTH_A_TABLE,
    };
    // One limit alone costs less than a table.
    let cheap =
        nodes.iter().all(|&at| functions.get(at).and_then(Option::as_ref).is_some_and(|f| f.is_cheap));
    (output.ty == ElementType::Int8 && pays && !cheap).then_some((nodes, input))
}
