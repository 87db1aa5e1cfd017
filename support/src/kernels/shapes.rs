//! Parameters that several kernels share.

pub use super::accumulator::{Accumulator, Sum32, Sum64, Sum64In32};
pub use super::requantization::{Narrow, Once, Requantization};
pub use super::ring::Ring;
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

/// Shapes and scales of a sum or difference.
///
/// Both operands are shifted left by `headroom` bits and brought to one scale, twice the greater of
/// theirs; the result is brought from there to the output's scale.
#[derive(Clone, Copy, Debug)]
pub struct Sum<L> {
    /// Which elements meet.
    pub shape: Broadcast<L>,
    /// Bits by which operands are shifted left, which the output's multiplier takes back.
    pub headroom: u32,
    /// From the left operand's scale to the common one.
    pub left: Scaling,
    /// From the right operand's scale to the common one.
    pub right: Scaling,
    /// From the common scale to the output's.
    pub output: Scaling,
    /// Least output, after the fused activation.
    pub least: i32,
    /// Greatest output, after the fused activation.
    pub greatest: i32,
}

/// A change of scale.
#[derive(Clone, Copy, Debug)]
pub struct Scaling {
    /// Zero point on the side of the tensor.
    pub zero_point: i32,
    /// Significand of the factor, in Q31.
    pub multiplier: i32,
    /// Exponent of the factor.
    pub shift: i32,
}
