//! Keeps the last steps of a stream as a ring, where a model joins them anew in every step.
//!
//! Streaming models read a variable, join it with the newest step, compute with the window that results,
//! and assign all of it but the oldest step to the variable again; some drop the oldest step before they
//! join. Either way the window is a variable in which the newest step takes the place of the oldest.

use crate::graph::{Contents, Effect, Graph, Node, TensorId, VariableId};
use crate::kernels::shapes::Ring;
use crate::ops::Run;
use crate::ops::ring::Keep;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// No more bytes than this are added to what a variable starts with.
const MAX_DROPPED: usize = 1 << 16;

/// Runs the pass.
pub fn run(graph: &mut Graph) {
    let found: Vec<Found> = find(graph);
    let mut removed: HashSet<usize> = HashSet::new();
    for Found { variable, join, new, shape, others } in found {
        let initial = graph.variables.get_mut(variable.0).and_then(|variable| variable.initial.as_mut());
        let (Some(initial), Some(node)) = (initial, graph.nodes.get_mut(join)) else { continue };
        let window = shape.slot.saturating_mul(shape.slots);
        if let Contents::Bytes(bytes) = &initial.contents {
            // What is dropped in the first step may be anything.
            let dropped = window.saturating_sub(initial.elements);
            let dropped = dropped.saturating_mul(initial.ty.size().unwrap_or(0));
            if dropped > MAX_DROPPED {
                continue;
            }
            let dropped = vec![0; dropped];
            initial.contents = Contents::Bytes(dropped.into_iter().chain(bytes.iter().copied()).collect());
        }
        initial.elements = window;
        node.inputs = vec![Some(new)];
        node.op = Rc::new(Keep { variable, shape });
        removed.extend(others);
    }
    let mut at = 0..;
    graph.nodes.retain(|_| at.next().is_none_or(|at| !removed.contains(&at)));
}

/// A ring that a model describes.
struct Found {
    variable: VariableId,
    /// The node that joins the steps.
    join: usize,
    /// The newest step.
    new: TensorId,
    shape: Ring,
    /// Nodes that have nothing left to do.
    others: [usize; 3],
}

/// What the search knows of a graph.
struct Search<'g> {
    graph: &'g Graph,
    writers: HashMap<TensorId, usize>,
    /// How often each tensor is read.
    readers: HashMap<TensorId, usize>,
}

fn find(graph: &Graph) -> Vec<Found> {
    let mut search = Search { graph, writers: HashMap::new(), readers: HashMap::new() };
    let (mut reads, mut assigns) = (HashMap::new(), HashMap::new());
    let used = graph.nodes.iter().flat_map(|node| node.inputs.iter().flatten());
    for &id in used.chain(&graph.outputs) {
        let count = search.readers.entry(id).or_default();
        *count = count.saturating_add(1);
    }
    for (at, node) in graph.nodes.iter().enumerate() {
        search.writers.extend(node.outputs.iter().map(|&id| (id, at)));
        match node.op.effect() {
            Effect::Reads(variable, value) => {
                reads.entry(variable).or_insert_with(Vec::new).push((at, value))
            }
            Effect::Assigns(variable, value) => {
                assigns.entry(variable).or_insert_with(Vec::new).push((at, value))
            }
            _ => {}
        }
    }
    let mut variables: Vec<VariableId> = reads.keys().copied().collect();
    variables.sort_unstable();
    let once = |nodes: Option<&Vec<(usize, TensorId)>>| match nodes.map(Vec::as_slice) {
        Some(&[one]) => Some(one),
        _ => None,
    };
    let found = variables.into_iter().filter_map(|variable| {
        let ((read, old), (assign, kept)) = (once(reads.get(&variable))?, once(assigns.get(&variable))?);
        search
            .dropped_behind(variable, old, kept, [read, assign])
            .or_else(|| search.dropped_before(variable, old, kept, [read, assign]))
    });
    found.collect()
}

impl Search<'_> {
    /// A variable is joined with the newest step, and what is assigned is the end of that.
    fn dropped_behind(
        &self,
        variable: VariableId,
        old: TensorId,
        kept: TensorId,
        [read, assign]: [usize; 2],
    ) -> Option<Found> {
        let (slice, taken, window) = self.taken(kept)?;
        let (join, older, new, step) = self.joined(window)?;
        let matches = older == old && taken == step;
        let others = [read, assign, slice];
        let found = Found { variable, join, new, shape: self.shape(window, step)?, others };
        (matches && self.read_once([kept, old])).then_some(found)
    }

    /// A variable without its beginning is joined with the newest step, and all of that is assigned.
    fn dropped_before(
        &self,
        variable: VariableId,
        old: TensorId,
        kept: TensorId,
        [read, assign]: [usize; 2],
    ) -> Option<Found> {
        let (join, older, new, step) = self.joined(kept)?;
        let (slice, taken, from) = self.taken(older)?;
        let matches = from == old && taken == step;
        let others = [read, assign, slice];
        let found = Found { variable, join, new, shape: self.shape(kept, step)?, others };
        (matches && self.read_once([older, old])).then_some(found)
    }

    /// Whether nobody else would miss these.
    fn read_once(&self, ids: [TensorId; 2]) -> bool {
        ids.iter().all(|id| self.readers.get(id) == Some(&1))
    }

    /// The node that takes the end of a tensor, how much it leaves out, and the tensor.
    fn taken(&self, id: TensorId) -> Option<(usize, usize, TensorId)> {
        let (at, node) = self.writer(id)?;
        let [Run { input, from, to: 0, len, .. }] = node.op.runs()?[..] else { return None };
        let whole = node.inputs.get(input).copied().flatten()?;
        let elements = self.graph.tensor(whole).elements();
        (from.checked_add(len)? == elements && len == self.graph.tensor(id).elements())
            .then_some((at, from, whole))
    }

    /// The node that joins two tensors, these, and how many elements the second has.
    fn joined(&self, id: TensorId) -> Option<(usize, TensorId, TensorId, usize)> {
        let (at, node) = self.writer(id)?;
        let [first, second] = node.op.runs()?[..] else { return None };
        let input = |run: Run| {
            let input = node.inputs.get(run.input).copied().flatten()?;
            let whole = run.from == 0 && run.len == self.graph.tensor(input).elements();
            whole.then_some(input)
        };
        let (older, new) = (input(first)?, input(second)?);
        let side_by_side = first.to == 0 && second.to == first.len;
        let whole = first.len.checked_add(second.len)? == self.graph.tensor(id).elements();
        (side_by_side && whole && older != new).then_some((at, older, new, second.len))
    }

    fn writer(&self, id: TensorId) -> Option<(usize, &Node)> {
        let &at = self.writers.get(&id)?;
        let node = self.graph.nodes.get(at).filter(|node| node.outputs.len() == 1)?;
        Some((at, node))
    }

    /// The ring of a window, of which every step fills `step` elements.
    fn shape(&self, window: TensorId, step: usize) -> Option<Ring> {
        let elements = self.graph.tensor(window).elements();
        let slot = gcd(elements, step);
        let slots = elements.checked_div(slot)?;
        u16::try_from(slots).ok()?;
        Some(Ring { slot, slots, step: step.checked_div(slot)? })
    }
}

fn gcd(a: usize, b: usize) -> usize {
    a.checked_rem(b).map_or(a, |rest| gcd(b, rest))
}
