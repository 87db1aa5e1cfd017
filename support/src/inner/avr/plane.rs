//! Windows of 3x3 on an image of one channel: see [`crate::inner::portable::plane_of_3x3`].
//!
//! All units of a row of outputs are done before the next row, and all outputs of a unit in a row one after the other, with
//! its nine weights in registers. If there is padding, the three rows that windows see are copied between it first, so that
//! no window knows of a border.
//!
//! Registers: the weights in `r17` to `r25`, an input in `r16`, the sum in `r2` to `r4` as [`super::units`] has it, the units
//! in `r5`, two bytes of the bias in `r6` and `r7`, those of the multiplier in `r8` and `r9`, the outputs that are left in
//! `r10`, in `r12` how far it is to the next row of a window and in `r13` back to the next window, in `r14` the factor, zero
//! in `r15`, in `X` the input, in `Z` the output, and in `Y` a `Frame` with what does not fit.
//!
//! Bound: a product takes 2 cycles to multiply, 2 to add, 1 to see that nothing went over and 2 for its input, nine of them
//! and what moves on 69, and an output 117 together: 13 for each product. By counting, a unit takes 76 for each row beside
//! that, and a padded row about 30 and 8 for each column that is copied. A sum that goes over takes 5 or 6 more, and
//! outputs near the next one about 100, 5 of 128 with one bit below the byte.
//!
//! An input that counts without a sign, as [`plane_of_3x3_of_bytes`] has it, is multiplied by `mulsu`, which takes weights in
//! `r17` to `r23`, or loses 128 first, where the weight lies in `r24` or `r25`: 2 cycles for an output, where a step before
//! the loop takes 5.5 for an input. Sums of pictures whose background is zero go over less often that way, and sums of noise
//! more often. There the zero point is the least output, as it is behind a ReLU, so that nothing is left to be done of negative
//! sums and no zero point to be added: 4 or 5 cycles less. Both loops come from one text, and a program has those that it uses.
//!
//! What does not help, by counting:
//!
//! - Sums of three windows at once, for which each input is read once: as many cycles as inputs take go to the carries of
//!   sums that are not done, and to what keeps borders apart.
//! - Units side by side, each of whose weights is read once for a window: 3 for each weight, and 12 for constants.

mod each_row;
mod frame;
mod terms;

use self::each_row::each_row;
use self::frame::{Frame, Places, UNIT};
use self::terms::{any_sign, next_line, next_of_row, no_sign, product, term, term_of_byte, term_turned};
use super::rows::add_partial;
use super::units::{StreamOutput, carry};
use crate::inner::flash::Flash;
use crate::inner::known_product;
use crate::inner::portable::{RowMemory, RowOrder, RowTaps};
use core::arch::asm;
use core::mem::offset_of;

/// As [`crate::inner::portable::plane_of_3x3`].
#[inline(always)] // what is known of a layer is worked out while its program is compiled
pub fn plane_of_3x3(
    stream: Flash<'_, i8>,
    taps: &RowTaps,
    order: RowOrder,
    memory: RowMemory<'_>,
    to: StreamOutput,
) {
    if let Some(mut frame) = frame(stream, taps, order, memory, to) {
        // SAFETY: the frame says so.
        #[allow(unsafe_code)]
        unsafe {
            each_row(&mut frame);
        }
    }
}

/// As [`crate::inner::portable::plane_of_3x3_of_bytes`].
#[inline(always)] // as above
pub fn plane_of_3x3_of_bytes(
    stream: Flash<'_, i8>,
    taps: &RowTaps,
    order: RowOrder,
    memory: RowMemory<'_>,
    to: StreamOutput,
) {
    let is_least = to.zero_point == 0;
    if let Some(mut frame) = frame(stream, taps, order, memory, to).filter(|_| is_least) {
        // SAFETY: the frame says so.
        #[allow(unsafe_code)]
        unsafe {
            each_row_of_bytes(&mut frame);
        }
    }
}

/// What the loop needs to know, if the stream has all units, the image all rows that are seen, and the output room for its
/// own.
#[inline(always)] // as above
fn frame(
    stream: Flash<'_, i8>,
    taps: &RowTaps,
    order: RowOrder,
    memory: RowMemory<'_>,
    to: StreamOutput,
) -> Option<Frame> {
    let places = Places::new(memory, order);
    let units = taps.multiplier.into();
    let is_there =
        taps.fits_plane() && taps.plane_holds(places.lens) && known_product(UNIT, units) <= stream.len();
    is_there.then(|| Frame::new(stream, taps, &places, to))
}

each_row!(each_row, term, term, any_sign);
each_row!(each_row_of_bytes, term_of_byte, term_turned, no_sign);
