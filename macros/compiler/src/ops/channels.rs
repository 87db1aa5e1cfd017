//! How channels of an operator's outputs hang together with those of its inputs, and what it takes to do without
//! some of them. Channels lie along the last dimension of a tensor.

use crate::graph::{Graph, Node, Tensor, TensorId};
use crate::ranges::{Analysis, Known, Ranges, channels};
use std::rc::Rc;

/// Which channels an operator could do without.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Channels {
    /// None.
    Bound,
    /// An output's channel is made of those of inputs that are tied to it: with one of them all others can go.
    Tied(Vec<Tie>),
    /// Every channel of the output can go, and those of input 0 that are `true`.
    Sums(Vec<bool>),
}

/// A channel of the output and one of an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tie {
    /// Index among the inputs.
    pub(crate) input: usize,
    /// Its channel.
    pub(crate) from: usize,
    /// The channel of the output.
    pub(crate) to: usize,
}

/// More ties than this are not worth the time.
const MAX_TIES: usize = 1 << 14;

impl Channels {
    /// Ties that are not too many.
    pub(crate) fn tied(ties: impl IntoIterator<Item = Tie>) -> Self {
        let ties: Vec<Tie> = ties.into_iter().take(MAX_TIES.saturating_add(1)).collect();
        if ties.len() > MAX_TIES { Self::Bound } else { Self::Tied(ties) }
    }

    /// Each channel of the output is made of the same one of these inputs.
    pub(crate) fn each(known: &Known<'_>, inputs: &[usize]) -> Self {
        let Some(output) = known.output(0) else { return Self::Bound };
        let count = channels(output);
        let alike = |&input: &usize| known.input(input).is_some_and(|tensor| channels(tensor) == count);
        if !inputs.iter().all(alike) {
            return Self::Bound;
        }
        let tie = |channel| inputs.iter().map(move |&input| Tie { input, from: channel, to: channel });
        Self::tied((0..count).flat_map(tie))
    }
}

/// What an operator needs to do without channels. Shapes of tensors are the new ones already.
pub(crate) struct Cut<'a> {
    pub(crate) graph: &'a mut Graph,
    pub(crate) node: &'a mut Node,
    /// What was known of the graph before.
    pub(crate) analysis: &'a Analysis,
    /// Which channels of each tensor stay; all of those that are not listed.
    pub(crate) kept: &'a std::collections::HashMap<TensorId, Vec<bool>>,
}

impl Cut<'_> {
    /// What is known of its inputs, as they were.
    pub(crate) fn known(&self) -> Known<'_> {
        Known { graph: self.graph, node: self.node, analysis: self.analysis, kept: Some(self.kept) }
    }

    /// The id of input `index`.
    pub(crate) fn input(&self, index: usize) -> Option<TensorId> {
        self.node.inputs.get(index).copied().flatten()
    }

    /// Input `index` as it is now.
    pub(crate) fn tensor(&self, index: usize) -> Option<&Tensor> {
        Some(self.graph.tensor(self.input(index)?))
    }

    /// The id of the output.
    pub(crate) fn output(&self) -> Option<TensorId> {
        self.node.outputs.first().copied()
    }

    /// Whether a channel stays, of `id`.
    pub(crate) fn stays(&self, id: Option<TensorId>, channel: usize) -> bool {
        let kept = id.and_then(|id| self.kept.get(&id));
        kept.is_none_or(|kept| kept.get(channel).copied().unwrap_or(true))
    }

    /// The values that input `index` had.
    pub(crate) fn ranges(&self, index: usize) -> Option<Ranges> {
        Some(self.analysis.ranges(self.graph, self.input(index)?))
    }

    /// Puts a constant in the place of input `index`. Others may read the one that was there.
    pub(crate) fn replace(&mut self, index: usize, shape: Vec<usize>, bytes: Vec<u8>) {
        let Some(old) = self.tensor(index).cloned() else { return };
        let id = self.graph.add(Tensor { shape, data: Some(Rc::from(bytes)), ..old });
        self.node.inputs.iter_mut().skip(index).take(1).for_each(|input| *input = Some(id));
    }
}
