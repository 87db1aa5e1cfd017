//! Parameters that several kernels share.

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
