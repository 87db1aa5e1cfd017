//! Who writes and who reads each tensor: what passes share that put two operators together.

use crate::graph::{Graph, Quantization, Tensor, TensorId};
use std::collections::HashMap;

/// Positions of nodes by tensor.
#[derive(Default)]
pub(super) struct Uses {
    writers: HashMap<TensorId, usize>,
    readers: HashMap<TensorId, Vec<usize>>,
    outputs: Vec<TensorId>,
}

impl Uses {
    pub(super) fn of(graph: &Graph) -> Self {
        let mut uses = Self { outputs: graph.outputs.clone(), ..Self::default() };
        for (at, node) in graph.nodes.iter().enumerate() {
            uses.writers.extend(node.outputs.iter().map(|&id| (id, at)));
            for &id in node.inputs.iter().flatten() {
                uses.readers.entry(id).or_default().push(at);
            }
        }
        uses
    }

    /// The node that writes a tensor.
    pub(super) fn writer(&self, id: TensorId) -> Option<usize> {
        self.writers.get(&id).copied()
    }

    /// The nodes that read a tensor, once for each time they do. None for what the caller reads.
    pub(super) fn readers(&self, id: TensorId) -> &[usize] {
        match self.outputs.contains(&id) {
            true => &[],
            false => self.readers.get(&id).map_or(&[], Vec::as_slice),
        }
    }

    /// The only node that reads a tensor, if it does so once.
    pub(super) fn reader(&self, id: TensorId) -> Option<usize> {
        match self.readers(id) {
            &[one] => Some(one),
            _ => None,
        }
    }
}

/// Whether integers of two tensors mean the same.
pub(super) fn mean_the_same(a: &Tensor, b: &Tensor) -> bool {
    let meaning = |quantization: &Option<Quantization>| {
        let q = quantization.as_ref()?;
        Some((q.scales.clone(), q.zero_points.clone()))
    };
    a.ty == b.ty && a.shifted == b.shifted && meaning(&a.quantization) == meaning(&b.quantization)
}
