//! What values each channel of each tensor can have, whatever the caller provides.
//!
//! Every operator says which values its outputs can have if those of its inputs are known; one that does not
//! has all values of its type. All of it is computed with the arithmetic of the kernels. Rounding never changes
//! the order of two numbers, so that the ends of an interval tell what becomes of all that lies between them.

use crate::graph::{ElementType, Graph, Node, Tensor, TensorId};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;

/// Channels beyond so many are taken together, and so are all when a model has had so many in sum: a small file
/// must not make the compiler fill the memory.
pub const MAX_CHANNELS: usize = 1 << 13;
const MAX_ALL_CHANNELS: usize = 1 << 20;
/// Constants of more elements are not looked at.
const MAX_CONSTANT: usize = 1 << 20;
/// Nor are more weights than this, in sum: macros are built without optimization.
const MAX_WEIGHTS: usize = 1 << 22;

/// All integers from one to another, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    /// The least of them.
    pub least: i32,
    /// The greatest of them.
    pub greatest: i32,
}

/// The values of a tensor: one interval for all its channels, or one for each. Channels lie along the last
/// dimension.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ranges(Vec<Interval>);

impl Interval {
    /// One value.
    pub const fn only(value: i32) -> Self {
        Self { least: value, greatest: value }
    }

    /// All values of a type.
    pub fn of_type(ty: ElementType) -> Self {
        let (least, greatest) = match ty {
            ElementType::Bool => (0, 255),
            _ => ty.range().unwrap_or((i32::MIN, i32::MAX)),
        };
        Self { least, greatest }
    }

    /// The smallest interval with all these values; `None` if there are none.
    pub fn around(values: impl IntoIterator<Item = i32>) -> Option<Self> {
        values.into_iter().map(Self::only).reduce(Self::union)
    }

    /// The smallest interval with both.
    pub fn union(self, other: Self) -> Self {
        Self { least: self.least.min(other.least), greatest: self.greatest.max(other.greatest) }
    }

    /// What a function makes of it that does not change the order of two numbers.
    pub fn map(self, function: impl Fn(i32) -> i32) -> Self {
        Self { least: function(self.least), greatest: function(self.greatest) }
    }

    /// What is left of it between two limits.
    pub fn clamped(self, least: i32, greatest: i32) -> Self {
        self.map(|x| x.max(least).min(greatest))
    }

    /// The value, if there is one only.
    pub fn value(self) -> Option<i32> {
        (self.least == self.greatest).then_some(self.least)
    }

    /// Both ends.
    pub fn ends(self) -> [i32; 2] {
        [self.least, self.greatest]
    }
}

impl Ranges {
    /// The same for all channels.
    pub fn same(interval: Interval) -> Self {
        Self(vec![interval])
    }

    /// One for each channel, in order.
    pub fn each(intervals: impl IntoIterator<Item = Interval>) -> Self {
        Self(intervals.into_iter().collect())
    }

    /// All values of the type of a tensor.
    fn of_type(tensor: &Tensor) -> Self {
        Self::same(Interval::of_type(tensor.ty))
    }

    /// That of a channel.
    pub fn at(&self, channel: usize) -> Interval {
        let found = self.0.get(channel).or(self.0.first());
        found.copied().unwrap_or(Interval { least: i32::MIN, greatest: i32::MAX })
    }

    /// The smallest interval with all values.
    pub fn hull(&self) -> Interval {
        self.0.iter().copied().reduce(Interval::union).unwrap_or(self.at(0))
    }

    /// The same function of the interval of every channel.
    pub fn map(&self, function: impl Fn(Interval) -> Interval) -> Self {
        Self(self.0.iter().copied().map(function).collect())
    }

    /// A function of the intervals of every channel of two tensors, of which one may have one channel that meets
    /// all of the other.
    pub fn both(a: &Self, b: &Self, function: impl Fn(Interval, Interval) -> Interval) -> Self {
        Self((0..a.0.len().max(b.0.len())).map(|channel| function(a.at(channel), b.at(channel))).collect())
    }

    /// Whether one interval stands for all channels.
    pub fn is_same(&self) -> bool {
        self.0.len() == 1
    }

    /// One interval instead of several, if there are too many.
    fn limited(self, left: &mut usize) -> Self {
        match left.checked_sub(self.0.len()) {
            Some(rest) if self.0.len() <= MAX_CHANNELS => {
                *left = rest;
                self
            }
            _ => Self::same(self.hull()),
        }
    }
}

/// Channels of a tensor: the size of its last dimension.
pub fn channels(tensor: &Tensor) -> usize {
    tensor.shape.last().copied().unwrap_or(1)
}

/// The ranges of all tensors of a graph.
#[derive(Debug)]
pub struct Analysis {
    computed: HashMap<TensorId, Ranges>,
    constants: RefCell<HashMap<TensorId, Ranges>>,
    /// How many weights may still be looked at.
    weights: Cell<usize>,
}

impl Analysis {
    /// Follows all nodes of a graph.
    pub fn of(graph: &Graph) -> Self {
        let (computed, constants) = (HashMap::new(), RefCell::default());
        let mut analysis = Self { computed, constants, weights: Cell::new(MAX_WEIGHTS) };
        let mut left = MAX_ALL_CHANNELS;
        for node in &graph.nodes {
            let known = Known { graph, node, analysis: &analysis, kept: None };
            let Some(ranges) = node.op.ranges(&known) else { continue };
            for (&output, ranges) in node.outputs.iter().zip(ranges) {
                analysis.computed.insert(output, ranges.limited(&mut left));
            }
        }
        analysis
    }

    /// Those of a tensor.
    pub fn ranges(&self, graph: &Graph, id: TensorId) -> Ranges {
        let tensor = graph.tensor(id);
        if let Some(ranges) = self.computed.get(&id) {
            return ranges.clone();
        }
        let mut constants = self.constants.borrow_mut();
        let known = || constant(tensor).unwrap_or_else(|| Ranges::of_type(tensor));
        constants.entry(id).or_insert_with(known).clone()
    }

    /// Whether there is time to look at so many weights more.
    fn affords(&self, weights: usize) -> bool {
        let rest = self.weights.get().checked_sub(weights);
        self.weights.set(rest.unwrap_or(0));
        rest.is_some()
    }
}

/// The values of a constant.
fn constant(tensor: &Tensor) -> Option<Ranges> {
    if tensor.elements() > MAX_CONSTANT || tensor.data.is_none() {
        return None;
    }
    let values = tensor.to_i32()?;
    let channels = channels(tensor);
    if channels > MAX_CHANNELS {
        return Interval::around(values).map(Ranges::same);
    }
    let along = |channel: usize| values.iter().skip(channel).step_by(channels.max(1)).copied();
    let each: Vec<Interval> =
        (0..channels).map(|channel| Interval::around(along(channel))).collect::<Option<_>>()?;
    (!each.is_empty()).then_some(Ranges(each))
}

/// What an operator knows of its inputs.
pub struct Known<'a> {
    /// The graph.
    pub graph: &'a Graph,
    /// The operator.
    pub node: &'a Node,
    /// What is known so far.
    pub analysis: &'a Analysis,
    /// Which channels of tensors stay, while some go.
    pub kept: Option<&'a HashMap<TensorId, Vec<bool>>>,
}

impl<'a> Known<'a> {
    /// The id of input `index`, if it is there.
    pub fn id(&self, index: usize) -> Option<TensorId> {
        self.node.inputs.get(index).copied().flatten()
    }

    /// Input `index`, if it is there.
    pub fn input(&self, index: usize) -> Option<&'a Tensor> {
        Some(self.graph.tensor(self.id(index)?))
    }

    /// Output `index`.
    pub fn output(&self, index: usize) -> Option<&'a Tensor> {
        self.node.outputs.get(index).map(|&id| self.graph.tensor(id))
    }

    /// The values of input `index`.
    pub fn ranges(&self, index: usize) -> Option<Ranges> {
        Some(self.analysis.ranges(self.graph, self.id(index)?))
    }

    /// Whether there is time to look at the weights, input 1. What is being cut is looked at in any case.
    pub fn affords_weights(&self) -> bool {
        let weights = self.input(1).map_or(0, Tensor::elements);
        self.kept.is_some() || self.analysis.affords(weights)
    }

    /// The zero point of a tensor that is quantized as a whole; 0 for plain integers.
    pub fn zero_point(tensor: &Tensor) -> i32 {
        let quantization = tensor.quantization.as_ref();
        quantization.and_then(|q| q.zero_points.first().copied()).unwrap_or(0)
    }
}

/// Which channels of a tensor hold the elements that a reshaped one has in channel `channel`: those of the same
/// rest modulo the first of the result, which is the greatest common divisor of both numbers of channels.
pub fn reshaped(from: usize, to: usize) -> usize {
    let (mut a, mut b) = (from, to);
    while let Some(rest) = a.checked_rem(b) {
        (a, b) = (b, rest);
    }
    a
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_hold_what_they_are_made_of() {
        assert_eq!(Interval::around([3, -1, 2]), Some(Interval { least: -1, greatest: 3 }));
        assert_eq!(Interval::around([]), None);
        assert_eq!(Interval::only(7).value(), Some(7));
        assert_eq!(Interval { least: -9, greatest: 9 }.clamped(0, 5), Interval { least: 0, greatest: 5 });
    }

    #[test]
    fn too_many_channels_are_taken_together() {
        let ranges = Ranges::each([Interval::only(1), Interval::only(5)]);
        let (mut left, mut short) = (2, 1);
        assert_eq!(ranges.clone().limited(&mut left), ranges);
        assert_eq!(left, 0);
        assert_eq!(ranges.limited(&mut short).0, [Interval { least: 1, greatest: 5 }]);
    }

    #[test]
    fn reshaping_mixes_channels_of_one_rest() {
        assert_eq!((reshaped(64, 3136), reshaped(3136, 64), reshaped(6, 4), reshaped(5, 3)), (64, 64, 2, 1));
    }
}
