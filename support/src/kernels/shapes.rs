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

/// A box of elements that is copied from one tensor to another.
///
/// Element `[i, j, …]` of the box lies at `start + i · strides[0] + j · strides[1] + …` of either.
#[derive(Clone, Copy, Debug)]
pub struct Movement {
    /// Extents of the box, outermost first; 1 where it has less than six axes.
    pub sizes: [usize; 6],
    /// The box's first element in the input.
    pub input_start: usize,
    /// From one element of the input to the next along each axis.
    pub input_strides: [i32; 6],
    /// The box's first element in the output.
    pub output_start: usize,
    /// From one element of the output to the next along each axis.
    pub output_strides: [i32; 6],
}
