//! Rows of outputs of a depthwise convolution, one unit at a time: see
//! [`crate::inner::portable::rows_of_3x3`].
//!
//! All rows of a unit are done before the next unit, or else all units of a row where memory is shared with the input in a
//! way that asks for it: see [`RowOrder`](crate::inner::portable::RowOrder). Either way one call of the loops does all of an
//! image: rows are in groups, of all or of one. Units of the same channel are as far apart in the stream as there are
//! channels, so that both the stream and the image are read from one end to the other.
//!
//! Registers: the nine weights in `r17` to `r25`, an input in `r16`, sums of two bytes from `r2` on, two bytes of the factor
//! and the multiplier in `r8` and `r9`, the columns that are left in `r10`, in `X` the input, in `Z` the output, in `r12` to
//! `r15` how far it is from one row to the next and back to the next column, and in `Y` a [`RowLoop`] with what does not
//! fit. Sums that leave two bytes are rare: how often they did is in there, and only if `T` is set it is not zero for any of
//! those under way.
//!
//! Rows of windows whose first or last row is padding have a loop of their own with two rows of weights.
//!
//! Bound, one column apart: a column of three inputs makes nine products, each with 2 cycles to multiply, 2 to add, and 1 to
//! see that nothing went over, and 12 for the inputs: 57, or 6.3 for each product. Its output takes 60: 117 together, 13
//! for each product, and 98 where one row is padding. By counting, a row takes about 170 beside that, of which 60 are its
//! last output, a unit 95, a group of rows 80, and a call 600, half of which writes the constants of the layer to the stack.
//! From row to row takes 16 more where they come from the last one to the first. Two columns apart, inputs take 24 instead of
//! 12. Outputs near the next one, 5 of 128 with one bit below the byte, take 95 more, and those of sums that leave two bytes
//! 150. With `cargo run -p on-target -- --board atmega328p layers windows shared_windows` whole layers are measured.
//!
//! What does not help, by counting:
//!
//! - All sums of a row first, and then all outputs with their constants in registers: 12 cycles to keep a sum, and as many
//!   are saved.
//! - Inputs that are copied, so that a column lies side by side: what is saved is what the copy takes.
//! - Sums of two bytes without a look at what goes over: few layers of nine products are proved to have such.
//! - The constants of a layer in flash: to read a byte takes longer than to write it as a constant.
//! - A last column that leaves out the three products with what lies behind the row: of 15 cycles, 8 go to telling it from
//!   the others.
//!
//! Dilated windows see an image that lies between others, and so do their outputs: only how far it is from one element to the
//! next is another. Other windows go through [`windows`](mod@super::windows), where every weight is read once for four outputs.

mod by_one;
mod by_two;
mod each_unit;
mod frame;
mod terms;

use crate::inner::flash::Flash;
use crate::inner::portable::RowMemory;
pub use frame::RowLoop;
pub(super) use terms::add_partial;

/// As [`crate::inner::portable::rows_of_3x3`], for windows one column apart.
#[inline(never)] // one copy serves a program
pub fn rows_of_3x3(rows: &mut RowLoop, stream: Flash<'_, i8>, memory: RowMemory<'_>) {
    if rows.begins(1, stream, memory) {
        // SAFETY: all that it points to is there.
        #[allow(unsafe_code)]
        unsafe {
            by_one::units_by_one(rows);
        }
    }
}

/// The same for windows two columns apart.
#[inline(never)] // one copy serves a program
pub fn rows_of_3x3_by_two(rows: &mut RowLoop, stream: Flash<'_, i8>, memory: RowMemory<'_>) {
    if rows.begins(2, stream, memory) {
        // SAFETY: all that it points to is there.
        #[allow(unsafe_code)]
        unsafe {
            by_two::units_by_two(rows);
        }
    }
}
