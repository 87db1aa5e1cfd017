//! Removes channels that nobody needs: those of one value, which becomes a part of their readers' biases, and
//! those whose readers have no weight for them.
//!
//! Which channels can go depends on which others do: an operator without weights makes each channel of its output
//! of one of its input. So at first all are taken to go, and what holds one back is followed until nothing changes:
//! what is left is the greatest set of channels that can go together.

use crate::graph::{Graph, TensorId};
use crate::ops::channels::{Channels, Cut, Tie};
use crate::ranges::{Analysis, Known, MAX_CHANNELS, channels};
use std::collections::{HashMap, HashSet};

/// No more channels, and no more ties, than this are looked at in one model.
const MAX_ALL: usize = 1 << 18;
/// What holds a channel back is followed so many times at most.
const MAX_ROUNDS: usize = 100;

/// Which channels of each tensor can go; none of those that are not listed.
type Spare = HashMap<TensorId, Vec<bool>>;

/// Runs the pass.
pub fn run(graph: &mut Graph) -> bool {
    let analysis = Analysis::of(graph);
    let spare = spare(graph, &analysis);
    let found = !spare.is_empty();
    cut(graph, &analysis, spare);
    found
}

/// The greatest set of channels that can go together.
fn spare(graph: &Graph, analysis: &Analysis) -> Spare {
    let mut left = MAX_ALL;
    let operators: Vec<Channels> = graph
        .nodes
        .iter()
        .map(|node| {
            let channels = node.op.channels(&Known { graph, node, analysis, kept: None });
            let Channels::Tied(ties) = &channels else { return channels };
            match left.checked_sub(ties.len()) {
                Some(rest) => left = rest,
                None => return Channels::Bound,
            }
            channels
        })
        .collect();
    let mut spare = candidates(graph);
    for (node, operator) in graph.nodes.iter().zip(&operators) {
        let mut keep = |id: Option<TensorId>| {
            id.map(|id| spare.remove(&id));
        };
        match operator {
            Channels::Bound => {
                node.inputs.iter().for_each(|&id| keep(id));
                node.outputs.iter().for_each(|&id| keep(Some(id)));
            }
            Channels::Tied(ties) => {
                let tied: HashSet<usize> = ties.iter().map(|tie| tie.input).collect();
                let is_tied = |index: usize| tied.contains(&index);
                let rest = node.inputs.iter().enumerate().filter(|(index, _)| !is_tied(*index));
                rest.for_each(|(_, &id)| keep(id));
            }
            Channels::Sums(free) => {
                node.inputs.iter().skip(1).for_each(|&id| keep(id));
                if let Some(input) = node.inputs.first().copied().flatten().and_then(|id| spare.get_mut(&id))
                {
                    input.iter_mut().zip(free).for_each(|(spare, free)| *spare = *spare && *free);
                }
            }
        }
    }
    for round in 0.. {
        let changed = follow_ties(graph, &operators, &mut spare) | keep_one(&mut spare);
        match changed {
            false => break,
            true if round >= MAX_ROUNDS => return Spare::new(),
            true => {}
        }
    }
    spare.retain(|_, channels| channels.contains(&true));
    spare
}

/// All tensors that are neither the caller's nor wider than is worth the time, with all their channels.
fn candidates(graph: &Graph) -> Spare {
    let mut spare = Spare::new();
    let mut left = MAX_ALL;
    let made = graph.nodes.iter().flat_map(|node| node.inputs.iter().flatten().chain(&node.outputs));
    for &id in made {
        let count = channels(graph.tensor(id));
        let caller = graph.inputs.contains(&id) || graph.outputs.contains(&id);
        if caller || !(2..=MAX_CHANNELS).contains(&count) || spare.contains_key(&id) {
            continue;
        }
        let Some(rest) = left.checked_sub(count) else { break };
        left = rest;
        spare.insert(id, vec![true; count]);
    }
    spare
}

/// Keeps channels that are tied to one that is kept. Whether there were any.
fn follow_ties(graph: &Graph, operators: &[Channels], spare: &mut Spare) -> bool {
    let mut changed = false;
    for (node, operator) in graph.nodes.iter().zip(operators).rev() {
        let (Channels::Tied(ties), Some(&output)) = (operator, node.outputs.first()) else { continue };
        for &Tie { input, from, to } in ties {
            let Some(input) = node.inputs.get(input).copied().flatten() else { continue };
            let goes = |spare: &Spare, id, channel: usize| {
                spare.get(&id).is_some_and(|channels| channels.get(channel) == Some(&true))
            };
            if goes(spare, input, from) != goes(spare, output, to) {
                keep(spare, input, from);
                keep(spare, output, to);
                changed = true;
            }
        }
    }
    changed
}

/// Keeps a channel of tensors that would have none left. Whether there were any.
fn keep_one(spare: &mut Spare) -> bool {
    let all = spare.values_mut().filter(|channels| !channels.contains(&false));
    all.fold(false, |_, channels| {
        channels.iter_mut().take(1).for_each(|spare| *spare = false);
        true
    })
}

fn keep(spare: &mut Spare, id: TensorId, channel: usize) {
    if let Some(slot) = spare.get_mut(&id).and_then(|channels| channels.get_mut(channel)) {
        *slot = false;
    }
}

/// Removes the channels: first from all shapes and constants, then from the operators.
fn cut(graph: &mut Graph, analysis: &Analysis, spare: Spare) {
    let kept: HashMap<TensorId, Vec<bool>> =
        spare.into_iter().map(|(id, spare)| (id, spare.iter().map(|spare| !spare).collect())).collect();
    for (&id, kept) in &kept {
        let tensor = graph.tensor_mut(id);
        let size = tensor.ty.size().unwrap_or(1);
        if let Some(data) = &tensor.data {
            let elements = data.chunks_exact(size).zip(kept.iter().cycle()).filter(|(_, kept)| **kept);
            tensor.data = Some(elements.flat_map(|(element, _)| element.iter().copied()).collect());
        }
        let left = kept.iter().filter(|kept| **kept).count();
        tensor.shape.iter_mut().next_back().into_iter().for_each(|size| *size = left);
    }
    let mut nodes = std::mem::take(&mut graph.nodes);
    for node in &mut nodes {
        let is_cut = |id: &TensorId| kept.contains_key(id);
        if !node.inputs.iter().flatten().chain(&node.outputs).any(is_cut) {
            continue;
        }
        let note = note(node.outputs.first().and_then(|id| kept.get(id)));
        let op = node.op.clone();
        if let Some(op) = op.without_channels(&mut Cut { graph, node, analysis, kept: &kept }) {
            node.op = op;
        }
        node.notes.extend(note);
    }
    graph.nodes = nodes;
}

fn note(kept: Option<&Vec<bool>>) -> Option<String> {
    let kept = kept?;
    let gone = kept.iter().filter(|kept| !**kept).count();
    (gone > 0).then(|| format!("{gone} of {} channels are constant or not needed", kept.len()))
}
