//! Computes what depends on constants alone, with the kernels of the device.

use crate::graph::{Effect, Graph, Node, Tensor, TensorId};
use crate::interpret::Machine;
use crate::lower;
use std::rc::Rc;

/// What takes longer is computed on the device: macros are built without optimization.
const MAX_MACS: usize = 1 << 20;
/// Larger outputs than inputs would cost more program memory than they save, but for so few bytes.
const HANDFUL: usize = 64;
const MAX_BYTES: usize = 1 << 16;

/// Runs the pass.
pub fn run(graph: &mut Graph) -> bool {
    let mut changed = false;
    for at in 0..graph.nodes.len() {
        let Some(outputs) = graph.nodes.get(at).and_then(|node| folded(graph, node)) else { continue };
        let ids = graph.nodes.get(at).map(|node| node.outputs.clone()).unwrap_or_default();
        for (id, bytes) in ids.into_iter().zip(outputs) {
            graph.tensor_mut(id).data = Some(Rc::from(bytes));
        }
        changed = true;
    }
    let tensors = &graph.tensors;
    let is_constant = |id: &TensorId| tensors.get(id.0).is_some_and(|tensor| tensor.data.is_some());
    graph.nodes.retain(|node| node.outputs.is_empty() || !node.outputs.iter().all(is_constant));
    changed
}

/// The outputs of a node all of whose inputs are constants, if they are worth it.
fn folded(graph: &Graph, node: &Node) -> Option<Vec<Vec<u8>>> {
    let inputs = || node.inputs.iter().flatten().map(|&id| graph.tensor(id));
    let bytes = |tensor: &Tensor| Some(tensor.elements().saturating_mul(tensor.ty.size()?));
    let total =
        |all: Vec<Option<usize>>| all.into_iter().try_fold(0usize, |sum, x| Some(sum.saturating_add(x?)));
    let known = node.op.effect() == Effect::None
        && !node.outputs.is_empty()
        && inputs().all(|tensor| tensor.data.is_some() && tensor.ty.is_on_devices());
    known.then_some(())?;
    let taken = total(inputs().map(bytes).collect())?;
    let made = total(node.outputs.iter().map(|&id| bytes(graph.tensor(id))).collect())?;
    (taken.max(made) <= MAX_BYTES && made <= taken.max(HANDFUL)).then_some(())?;
    let alone = alone(graph, node);
    let program = lower::lower(&alone).ok()?;
    let macs = program.calls.iter().map(|call| call.macs).fold(0, usize::saturating_add);
    (macs <= MAX_MACS).then_some(())?;
    Machine::new(&program).run(&[])
}

/// A graph of one node.
fn alone(graph: &Graph, node: &Node) -> Graph {
    let mut alone = Graph::default();
    let inputs = node.inputs.iter().map(|id| id.map(|id| alone.add(graph.tensor(id).clone()))).collect();
    let outputs: Vec<TensorId> = node.outputs.iter().map(|&id| alone.add(graph.tensor(id).clone())).collect();
    let node =
        Node { index: node.index, name: node.name, op: node.op.clone(), inputs, outputs, notes: Vec::new() };
    alone.outputs = node.outputs.clone();
    alone.nodes = vec![node];
    alone
}
