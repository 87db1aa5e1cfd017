//! What the integers of a quantized model are to mean.

use super::fit::Fitted;
use super::roles::{Role, is_tied, role};
use super::settings::Fixed;
use crate::graph::{ElementType, Graph, TensorId};
use crate::import::Found;
use std::collections::{BTreeSet, HashMap};

/// Scale and zero point.
pub(crate) type Meaning = (f32, i32);

/// What the integers of all real tensors are to mean.
#[derive(Clone, Debug)]
pub(crate) struct Scheme {
    /// Type of activations.
    pub(crate) ty: ElementType,
    /// Groups of tensors that have 16 bits although others have 8.
    pub(crate) wide: BTreeSet<TensorId>,
    /// For each group of tensors that must mean the same.
    pub(crate) meanings: HashMap<TensorId, Meaning>,
    /// What biases are corrected by, for each operator by its position in the file.
    pub(crate) corrections: HashMap<usize, Vec<f32>>,
    /// Weights that were fitted to samples, in the same way; the biases in them are corrected already.
    pub(crate) fitted: HashMap<usize, Fitted>,
    /// Types of inputs and outputs; none where there are only plain integers.
    pub(crate) inputs: Vec<Option<Fixed>>,
    pub(crate) outputs: Vec<Option<Fixed>>,
    /// Whether nothing is known yet, so that weights are zeros: to check all but numbers.
    pub(crate) draft: bool,
}

/// For each tensor the first of those whose integers must mean the same as its own.
pub(crate) struct Groups(Vec<TensorId>);

impl Groups {
    /// The groups of a model.
    pub(crate) fn of<'f, 'a: 'f>(graph: &Graph, operators: impl Iterator<Item = &'f Found<'a>>) -> Self {
        let mut groups = Self((0..graph.tensors.len()).map(TensorId).collect());
        for found in operators {
            let name = found.row.name;
            let real = |id: &&TensorId| graph.tensors.get(id.0).is_some_and(|tensor| tensor.ty.is_float());
            let ids: Vec<TensorId> = match name {
                "UNIDIRECTIONAL_SEQUENCE_LSTM" => {
                    found.inputs.get(18).into_iter().flatten().chain(&found.outputs).copied().collect()
                }
                _ if is_tied(name) => {
                    found.inputs.iter().flatten().chain(&found.outputs).filter(real).copied().collect()
                }
                _ => continue,
            };
            if let Some((&first, rest)) = ids.split_first() {
                rest.iter().for_each(|&other| groups.join(first, other));
            }
        }
        groups
    }

    fn join(&mut self, a: TensorId, b: TensorId) {
        let (a, b) = (self.first(a), self.first(b));
        let (first, other) = (a.min(b), a.max(b));
        self.0.iter_mut().filter(|id| **id == other).for_each(|id| *id = first);
    }

    /// The first of a tensor's group.
    pub(crate) fn first(&self, id: TensorId) -> TensorId {
        self.0.get(id.0).copied().unwrap_or(id)
    }
}

impl Scheme {
    /// One under which every operator can be read, to check all but numbers.
    pub(crate) fn draft(ty: ElementType) -> Self {
        let (inputs, outputs) = (Vec::new(), Vec::new());
        let (meanings, corrections, fitted) = (HashMap::new(), HashMap::new(), HashMap::new());
        let wide = BTreeSet::new();
        Self { ty, wide, meanings, corrections, fitted, inputs, outputs, draft: true }
    }

    /// Numbers as the integers of a tensor can stand for them.
    pub(crate) fn rounded(&self, groups: &Groups, id: TensorId, mut values: Vec<f32>) -> Vec<f32> {
        let (scale, zero_point) = self.meaning(groups, id);
        let (least, greatest) = self.ty_of(groups, id).range().unwrap_or((i32::MIN, i32::MAX));
        let bound = |integer: i32| integer.saturating_sub(zero_point) as f32;
        let (least, greatest) = (bound(least), bound(greatest));
        values.iter_mut().for_each(|x| *x = (*x / scale).round().clamp(least, greatest) * scale);
        values
    }

    /// The type of a tensor's integers.
    pub(crate) fn ty_of(&self, groups: &Groups, id: TensorId) -> ElementType {
        if self.wide.contains(&groups.first(id)) { ElementType::Int16 } else { self.ty }
    }

    /// The type in which an operator computes: that of what it writes if this is tied to what it reads, else the
    /// widest of all.
    pub(crate) fn computes_in(&self, graph: &Graph, groups: &Groups, found: &Found<'_>) -> ElementType {
        let name = found.row.name;
        let read =
            found.inputs.iter().enumerate().filter(|(index, _)| role(name, *index) == Role::Activation);
        let read = read.filter_map(|(_, id)| *id);
        let wide =
            |id: TensorId| graph.tensor(id).ty.is_float() && self.ty_of(groups, id) == ElementType::Int16;
        if read.chain(found.outputs.iter().copied()).any(wide) { ElementType::Int16 } else { self.ty }
    }

    pub(super) fn meaning(&self, groups: &Groups, id: TensorId) -> Meaning {
        self.meanings.get(&groups.first(id)).copied().unwrap_or((0.5, 0))
    }
}
