//! What an operator knows of itself: everything that passes ask it.

use super::channels::{Channels, Cut};
use super::one_scale::Following;
use crate::graph::{Effect, Graph, Node, Tensor};
use crate::lower::{Bug, Lowering};
use crate::ranges::{Known, Ranges};
use std::fmt;
use std::rc::Rc;

/// Bytes of the outputs of an operator all of whose inputs are constants.
pub type Folded = Vec<Rc<[u8]>>;

/// An operator with its options.
pub trait Op: fmt::Debug {
    /// The outputs, if they are known while compiling. The default knows none.
    fn fold(&self, _graph: &Graph, _node: &Node) -> Option<Folded> {
        None
    }

    /// What it has to do with variables.
    fn effect(&self) -> Effect {
        Effect::None
    }

    /// What it moves, if all it does is to move elements that lie in runs; the default does more.
    fn runs(&self) -> Option<Vec<Run>> {
        None
    }

    /// The outputs if all it does is to move elements, of `size` bytes each, whatever they are. `len` is
    /// the number of elements of each output.
    fn moved(&self, _inputs: &[&[u8]], _len: &[usize], _size: usize) -> Option<Vec<Vec<u8>>> {
        None
    }

    /// The values that each of its outputs can have, if those of its inputs are known; the default has all
    /// that their types have.
    fn ranges(&self, _known: &Known<'_>) -> Option<Vec<Ranges>> {
        None
    }

    /// How channels of its outputs hang together with those of its inputs.
    fn channels(&self, _known: &Known<'_>) -> Channels {
        Channels::Bound
    }

    /// The same operator without the channels that its tensors no longer have; the default is the operator as it
    /// is, which does for those that know no shape.
    fn without_channels(&self, _cut: &mut Cut<'_>) -> Option<Rc<dyn Op>> {
        None
    }

    /// What it puts around its input, if that is all it does.
    fn padding(&self, _known: &Known<'_>) -> Option<Padding> {
        None
    }

    /// The same operator on what input 0 was before it was padded, if that is possible.
    fn padded(&self, _padding: &Padding, _known: &Known<'_>) -> Option<Rc<dyn Op>> {
        None
    }

    /// The input whose elements it limits, and to what, if that is all it does.
    fn limits(&self, _known: &Known<'_>) -> Option<(usize, i32, i32)> {
        None
    }

    /// The same operator with its output limited, if that costs nothing.
    fn limited(&self, _least: i32, _greatest: i32) -> Option<Rc<dyn Op>> {
        None
    }

    /// Whether all it does is to bring `int8` to `uint8` or back, by 128.
    fn is_shift(&self) -> bool {
        false
    }

    /// The same operator with its output in `uint8`, more by 128, if that costs nothing.
    fn unsigned(&self) -> Option<Rc<dyn Op>> {
        None
    }

    /// What computes the same real numbers at less cost, for models whose integers have no reference that they must be
    /// equal to. It is told the zero point of its output.
    fn unbound(&self, _zero_point: i32) -> Option<Rc<dyn Op>> {
        None
    }

    /// How many of its units can be rounded once with such a zero point of its output, and how many cannot: see
    /// [`once`](super::once). The default has none.
    fn rounded_once(&self, _zero_point: i32) -> [usize; 2] {
        [0; 2]
    }

    /// Whether its output is always its first input.
    fn is_identity(&self, _known: &Known<'_>) -> bool {
        false
    }

    /// Whether all it does is to give its first input another shape.
    fn is_reshape(&self) -> bool {
        false
    }

    /// The function that it computes, if each element of its output depends on the one at the same place of an
    /// input.
    fn elementwise(&self, _known: &Known<'_>) -> Option<Elementwise> {
        None
    }

    /// The function that it computes of each channel, if each element of its output depends on the one at the same
    /// place of an input, and on its channel.
    fn by_channel(&self, known: &Known<'_>) -> Option<ByChannel> {
        let Elementwise { input, function, .. } = self.elementwise(known)?;
        Some(ByChannel { input, function: Box::new(move |_, x| function(x)) })
    }

    /// The same operator with what follows it, whose output has this zero point, and its bias then, if that is
    /// exact and costs nothing.
    fn followed(
        &self,
        _known: &Known<'_>,
        _then: Following<'_>,
        _zero_point: i32,
    ) -> Option<(Rc<dyn Op>, Tensor)> {
        None
    }

    /// Appends the kernel calls that do its work.
    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug>;
}

/// What lies around an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Padding {
    /// How much lies before it along each dimension.
    pub before: Vec<usize>,
    /// The input's shape.
    pub shape: Vec<usize>,
    /// The value around it.
    pub value: i32,
    /// The least value that the input can have.
    pub least: i32,
}

/// A function of single elements.
pub struct Elementwise {
    /// Which input they are of.
    pub input: usize,
    /// The function.
    pub function: Box<dyn Fn(i32) -> i32>,
    /// Whether it is a table already.
    pub is_table: bool,
    /// Whether it costs less than a table.
    pub is_cheap: bool,
}

/// A function of single elements, which differs from channel to channel.
pub struct ByChannel {
    /// Which input they are of.
    pub input: usize,
    /// The function, of the channel and the element.
    pub function: Box<dyn Fn(usize, i32) -> i32>,
}

/// Elements that lie side by side in an input and in an output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// Which input.
    pub input: usize,
    /// Which output.
    pub output: usize,
    /// The first element in the input.
    pub from: usize,
    /// The first element in the output.
    pub to: usize,
    /// Number of elements.
    pub len: usize,
}
