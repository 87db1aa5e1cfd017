//! Rows of outputs of a depthwise convolution, one channel at a time: see
//! [`crate::inner::portable::rows_of_3x3`].
//!
//! All rows of a channel are done before the next channel, if memory is not shared with the input, or else all channels of
//! a row, so that nothing is written before it is read.
//!
//! Registers: the nine weights in `r17` to `r25`, an input in `r16`, sums of two bytes from `r2` on, two bytes of the factor
//! and the multiplier in `r8` and `r9`, the columns that are left in `r10`, in `X` the input, in `Z` the output, in `r12` to
//! `r15` how far it is from one row to the next and back to the next column, and in `Y` a [`Frame`] with what does not fit.
//! Sums that leave two bytes are rare: how often they did is in the frame, and only if `T` is set it is not zero for any of
//! those under way.
//!
//! Rows of windows whose first or last row is padding have a loop of their own with two rows of weights.
//!
//! Bound, one column apart: a column of three inputs makes nine products, each with 2 cycles to multiply, 2 to add, and 1 to
//! see that nothing went over, and 12 for the inputs: 57, or 6.3 for each product. Its output takes 60: 117 together, 13
//! for each product, and 98 where one row is padding. By counting, a row takes about 170 beside that, of which 60 are its
//! last output, a channel 110, and a call 700; where memory is shared with the input, each row takes those of a channel and a
//! call for itself, so that small layers stay above 16. Two columns apart, inputs take 24 instead of 12. Outputs near the
//! next one, 5 of 128 with one bit below the byte, take 95 more. With
//! `cargo run -p on-target -- --board atmega328p layers windows` whole layers are measured.
//!
//! What does not help, by counting:
//!
//! - All sums of a row first, and then all outputs with their constants in registers: 12 cycles to keep a sum, and as many
//!   are saved.
//! - Inputs that are copied, so that a column lies side by side: what is saved is what the copy takes.
//! - Sums of two bytes without a look at what goes over: few layers of nine products are proved to have such.
//!
//! Other windows and multipliers go through [`super::windows`], where every weight is read once for four outputs.

mod by_one;
mod by_two;
mod terms;

use super::units::StreamOutput;
use crate::inner::flash::Flash;
use crate::inner::portable::{RowTaps, STREAM_BIAS, STREAM_SCALE};
use crate::inner::product;

/// What a row needs to know. The loop moves the pointers on, and writes the constants of a channel.
#[repr(C)]
struct Frame {
    /// How often the sums, and the bias of a row, went over.
    carries: [u8; 4],
    /// The middle byte of the multiplier.
    middle: u8,
    half: u8,
    factor: u8,
    limit: u8,
    zero_point: u8,
    channels: u8,
    /// Columns that are the last of a window.
    columns: u8,
    padding: i8,
    /// Channels that are left.
    units: u8,
    stream: *const i8,
    input: *const i8,
    output: *mut i8,
    rows: u8,
    left: u8,
    /// Bit 0 is set if the first row of the first windows is padding, bit 1 if the last row of the last windows is,
    /// bits 2 and 3 if the first and the last column are.
    outside: u8,
    bias: [u8; 3],
    /// The bias of a row whose windows see two rows.
    bias_of_row: [u8; 2],
    line: usize,
    /// From the last of three rows, or of two, to the next column of the first.
    back: [usize; 2],
    /// From behind a row of windows two columns apart to the next.
    next: usize,
}

/// Does all channels by `each`, which takes windows as far apart as `stride`, if the stream has them, the image all rows that
/// are seen, and `output` room for its own.
///
/// SAFETY: `each` is one of the two below, which ask for no more than that.
#[inline(always)] // a frame is not moved: functions with much on the stack are wrong, see `product`
fn each_channel(
    stream: Flash<'_, i8>,
    taps: &RowTaps<'_>,
    output: &mut [i8],
    to: StreamOutput,
    (stride, each): (usize, unsafe fn(*mut Frame)),
) {
    const UNIT: usize = 9 + STREAM_BIAS + STREAM_SCALE;
    let &RowTaps { image, columns, outputs, channels, rows, left, first, last, padding, .. } = taps;
    let line = product(columns, channels);
    let has_room = product(taps.seen(), line) <= image.len()
        && product(rows, product(outputs, channels)) == output.len()
        && product(UNIT, channels) <= stream.len();
    if taps.stride != stride || !taps.fits() || !has_room {
        return;
    }
    let StreamOutput { half, factor, zero_point } = to;
    let (twice, right) = (line.wrapping_add(line), taps.right());
    let last_columns = outputs.wrapping_sub(right.into());
    let read = last_columns.wrapping_add(last_columns).wrapping_add(1).wrapping_sub(left.into());
    let read = product(read.wrapping_add(right.into()), channels);
    let mut frame = Frame {
        carries: [0; 4],
        middle: 0,
        half: half as u8,
        factor,
        // As where `outputs` is.
        limit: u8::try_from(256u16.wrapping_sub(u16::from(factor).wrapping_mul(5))).unwrap_or(0),
        zero_point,
        channels: channels as u8,
        columns: last_columns as u8,
        padding,
        units: channels as u8,
        stream: stream.start(),
        input: image.as_ptr(),
        output: output.as_mut_ptr(),
        rows: rows as u8,
        left: 0,
        outside: u8::from(first) | u8::from(last) << 1 | u8::from(left) << 2 | u8::from(right) << 3,
        bias: [0; 3],
        bias_of_row: [0; 2],
        line,
        back: [channels.wrapping_sub(twice), channels.wrapping_sub(line)],
        next: twice.wrapping_sub(read),
    };
    // SAFETY: all that the frame points to is there.
    #[allow(unsafe_code)]
    unsafe {
        each(&mut frame);
    }
}

/// As [`crate::inner::portable::rows_of_3x3`], for windows one column apart.
#[inline(never)] // one copy serves a program
pub fn rows_of_3x3(stream: Flash<'_, i8>, taps: &RowTaps<'_>, output: &mut [i8], to: StreamOutput) {
    each_channel(stream, taps, output, to, (1, by_one::channels_by_one));
}

/// The same for windows two columns apart.
#[inline(never)] // one copy serves a program
pub fn rows_of_3x3_by_two(stream: Flash<'_, i8>, taps: &RowTaps<'_>, output: &mut [i8], to: StreamOutput) {
    each_channel(stream, taps, output, to, (2, by_two::channels_by_two));
}
