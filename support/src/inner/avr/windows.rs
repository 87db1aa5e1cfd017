//! Windows of any size that see a channel each, one unit at a time: see [`crate::inner::portable::windows`].
//!
//! What is seen of a channel is first copied to the stack, with the padding around it, so that from there on no window
//! knows of borders, and its columns lie side by side. Units that share a channel share the copy. Four outputs of a row,
//! whose windows are one column apart or two, are done at once, so that a weight is read once for all four, and so are the
//! last three of a row; two by themselves have a loop of their own, as have windows further apart, and one alone has too.
//!
//! Registers: sums from `r2` on, and from `r10` on how often each went over, as in [`super::units`]; an input in `r16`, a
//! weight in `r17`; in `Y` what is seen, in `Z` the stream, which ends where the multiplier begins; in `r14` the rows of the
//! window that are left, in `r24` the columns of `r15`, in `X` how far it is from one column to the next and in `r18` and
//! `r19` from behind a row to the next one. Outputs take what those of [`super::units`] do. A `Frame` has what does not
//! fit; on top of the stack is where it is.
//!
//! Bound: 3 cycles for a weight, 5 for the next column, and for each of four products 2 for an input, 2 to multiply, 2 to
//! add and 1 to see that nothing went over: 9 for each product. Where columns lie side by side, an input meets two weights,
//! and it is 7.6. Two outputs by themselves take 12 for each product, 10 where columns lie side by side, and one takes 15. By
//! counting, a row of a window takes about 7, four outputs about 105 beside what each takes in [`super::units`], an element of
//! the copy 7.5, and a byte of its memory 3. So windows of few taps are bound by their outputs: those of three taps take about
//! 25 for each product beside it. A call takes about 2300, most of it in Rust, and where memory is shared with the input, each
//! row is one.
//! With `cargo run -p on-target -- --board atmega328p depthwise` whole layers are measured.
//!
//! What does not help, by counting:
//!
//! - Weights that are copied as well: one cycle of 36 for four products, and nothing is left to point to them with.
//! - Two weights at a time where columns are not side by side: of windows two apart none of eight inputs is the same, and
//!   0.6 of 9 cycles is saved.
//! - Channels side by side, without a copy: 11.25 for each product, and what Rust does for each pixel.

mod copy;
mod each_unit;
mod terms;

use super::units::StreamOutput;
use crate::inner::flash::Flash;
use crate::inner::portable::WindowTaps;
use crate::inner::product;
use each_unit::each_unit;

/// What a loop needs to know. It moves the pointers on.
#[repr(C)]
struct Frame {
    /// Of the unit.
    stream: *const i8,
    /// The channel that is copied next.
    input: *const i8,
    /// The first output of the next unit.
    output: *mut i8,
    /// The next output.
    to: *mut i8,
    /// Units in all, and those that are left.
    units: usize,
    left_units: usize,
    channels: usize,
    /// How much of a channel its units have used up: all of it at `units`.
    used: usize,
    /// From behind a row of the image to the next.
    skip: usize,
    /// Bytes of the copy, and where it begins.
    size: usize,
    copy: usize,
    /// Where the image begins in the copy.
    inside: usize,
    /// The next row of windows, and the next window.
    row: usize,
    at: usize,
    /// From one row of windows to the next.
    next_row: usize,
    /// From behind a row of a window to its next row.
    jump: usize,
    /// Of the image.
    rows: u8,
    columns: u8,
    /// From behind a row of the image in the copy to the next.
    gap: u8,
    /// Of a window.
    taps: [u8; 2],
    dilation: u8,
    stride: u8,
    /// Rows of outputs, and the outputs of one; and those that are left.
    outputs: [u8; 2],
    left: [u8; 2],
    /// Outputs that are done at once, and the most that are.
    count: u8,
    most: u8,
    padding: i8,
}

/// As [`crate::inner::portable::windows`].
#[inline(never)] // one copy serves a program
pub fn windows(stream: Flash<'_, i8>, taps: &WindowTaps<'_>, output: &mut [i8], to: StreamOutput) -> bool {
    let &WindowTaps { image, ref y, ref x, line, channels, units, padding, .. } = taps;
    let Some(sizes) = taps.sizes() else { return false };
    if sizes.image > image.len() || sizes.output != output.len() || sizes.stream > stream.len() {
        return false;
    }
    let mut frame = Frame {
        stream: stream.start(),
        input: image.as_ptr(),
        output: output.as_mut_ptr(),
        to: output.as_mut_ptr(),
        units,
        left_units: units,
        channels,
        used: 0,
        skip: line.wrapping_sub(product(x.there.into(), channels)),
        size: sizes.copy,
        copy: 0,
        inside: product(y.before.into(), sizes.width).wrapping_add(x.before.into()),
        row: 0,
        at: 0,
        next_row: product(y.stride.into(), sizes.width),
        jump: product(y.dilation.into(), sizes.width).wrapping_sub(product(x.taps.into(), x.dilation.into())),
        rows: y.there,
        columns: x.there,
        gap: (sizes.width as u8).wrapping_sub(x.there),
        taps: [y.taps, x.taps],
        dilation: x.dilation,
        stride: x.stride,
        outputs: [y.outputs, x.outputs],
        left: [0; 2],
        count: 0,
        most: if x.stride <= 2 { 4 } else { 2 },
        padding,
    };
    // SAFETY: the stream has all units, `output` room for them, and the image what is copied of it.
    #[allow(unsafe_code)]
    unsafe {
        each_unit(&mut frame, to);
    }
    true
}
