//! Parameters that several kernels share.

pub use super::requantization::Requantization;
pub use super::window::{Axis, Window};
/// How two operands are combined element by element, each repeated along the dimensions in which it
/// has one element only.
///
/// The compiler has merged dimensions that behave alike: what is left are runs of output elements,
/// and the loops over these runs. `L` is an array of [`Loop`]s.
#[derive(Clone, Copy, Debug)]
pub struct Broadcast<L> {
    /// Elements of the output in a run.
    pub run: usize,
    /// Whether one element of the left operand serves a whole run.
    pub repeat_left: bool,
    /// Whether one element of the right operand serves a whole run.
    pub repeat_right: bool,
    /// The loops over runs, innermost first.
    pub outer: L,
}

/// One loop over the runs of a [`Broadcast`].
#[derive(Clone, Copy, Debug)]
pub struct Loop {
    /// How often it turns.
    pub count: usize,
    /// Elements of the left operand from one turn to the next; 0 if it is repeated.
    pub left: usize,
    /// Elements of the right operand from one turn to the next; 0 if it is repeated.
    pub right: usize,
}
