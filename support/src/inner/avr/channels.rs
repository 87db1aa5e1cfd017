//! Units side by side that have a channel each: see [`crate::inner::portable::channels_of_taps`].
//!
//! Registers: sums, weight, stream and what the outputs have in common as in [`super::units`]; an input in `r16`; in `X` the
//! input, in `Y` a [`Pixel`], in `r14` the rows that are left, in `r24` the columns of a row that are left, and in `r18` and
//! `r19` how far it is from what one column has to what the next has. Padding is four elements beside the pixel, to which
//! the same loop goes back for each tap, with `T` set.
//!
//! Bound: 3 cycles for a weight, 2 for an input, 2 to multiply, 2 to add, 1 to see that nothing went over, and for every
//! fourth product 5 for the next column: 11.25 by counting. A row takes about 17, padding between rows about 40, and
//! a block about 90 and its outputs: 23 for each product of a window of 3x3, and then comes what Rust does for each pixel.
//! With `cargo run -p on-target -- --board atmega328p layers` whole layers are measured.
//!
//! What does not help, by counting: a list of runs takes 38 cycles for each row, for what lies on the image moves on with
//! the channels, and what lies on the padding does not.
//!
//! Windows of 3x3 next to each other do better one channel at a time: see [`super::rows_of_3x3`].

use super::units::{StreamOutput, add_partial, biases, carry, limit, multiply_add, outputs, rare_outputs};
use crate::inner::flash::Flash;
use crate::inner::portable::{ChannelTaps, SIDE_BY_SIDE, STREAM_BIAS, STREAM_SCALE};
use crate::inner::product;
use core::arch::asm;

/// What a block needs to know. The loop moves the first two on.
#[repr(C)]
struct Pixel {
    input: *const i8,
    output: *mut i8,
    /// From what a column has to what the next has, less the elements that were read.
    step: usize,
    /// From the column behind a row to the first one of the next row.
    jump: usize,
    before: u8,
    rows: u8,
    columns: u8,
    between: u8,
    after: u8,
    padding: [i8; SIDE_BY_SIDE],
}

/// As [`crate::inner::portable::channels_of_taps`].
#[inline(never)] // one copy serves a program
pub fn channels_of_taps(stream: Flash<'_, i8>, taps: &ChannelTaps<'_>, output: &mut [i8], to: StreamOutput) {
    let &ChannelTaps { image, rows, columns, line, step, before, between, after, padding } = taps;
    let gaps = product(between, rows.saturating_sub(1));
    let terms = product(rows, columns).wrapping_add(gaps).wrapping_add(before).wrapping_add(after);
    let unit = terms.wrapping_add(STREAM_BIAS).wrapping_add(STREAM_SCALE);
    if columns == 0 && rows != 0 || !taps.holds(output.len()) || product(unit, output.len()) > stream.len() {
        return;
    }
    let (blocks, rest) = (output.len() >> 2, output.len() & (SIDE_BY_SIDE - 1));
    let mut pixel = Pixel {
        input: image.as_ptr(),
        output: output.as_mut_ptr(),
        step: step.wrapping_sub(SIDE_BY_SIDE),
        jump: line.wrapping_sub(product(columns, step)),
        before: before as u8,
        rows: rows as u8,
        columns: columns as u8,
        between: between as u8,
        after: after as u8,
        padding: [padding; SIDE_BY_SIDE],
    };
    let mut stream = stream.start();
    // SAFETY: the stream has all units, `output` room for them, and the image all channels of all taps.
    #[allow(unsafe_code)]
    unsafe {
        if blocks != 0 {
            stream = blocks_of_taps(stream, &mut pixel, blocks as u8 | 0x80, to);
        }
        if rest != 0 {
            pixel.step = step.wrapping_sub(1);
            blocks_of_taps(stream, &mut pixel, rest as u8, to);
        }
    }
}

/// Blocks of units, or units alone, and what is behind them in the stream. `count` is how many, and 128 more if they are
/// blocks.
///
/// # Safety
///
/// The stream has them, the output has room for them, the image has all their channels, and there is a column if there
/// is a row.
#[allow(unsafe_code)]
#[inline(never)]
unsafe fn blocks_of_taps(mut stream: *const i8, pixel: *mut Pixel, count: u8, to: StreamOutput) -> *const i8 {
    let StreamOutput { half, factor, zero_point } = to;
    // SAFETY: reads and writes what the caller promises; the stack is left as it was.
    unsafe {
        asm!(
            "push r28",
            "push r29",
            "movw r28, r26",
            "10:",
            "clt",
            "lpm r2, Z+",
            "lpm r3, Z+",
            "lpm r10, Z+",
            "sbrs r25, 7",
            "rjmp 11f",
            biases!(),
            "11:",
            "ldd r26, Y+0",
            "ldd r27, Y+1",
            "ldd r18, Y+4",
            "ldd r19, Y+5",
            "ldd r14, Y+9",
            "ldd r24, Y+8",
            "tst r24",
            "breq 12f",
            "rcall 70f",
            "12:",
            "tst r14",
            "breq 17f",
            "13:",
            "ldd r24, Y+10",
            "14:",
            "sbrs r25, 7",
            "rjmp 18f",
            "15:",
            "ld r16, X+",
            multiply_add!("r2", "r3", "60", "40"),
            "ld r16, X+",
            multiply_add!("r4", "r5", "61", "41"),
            "ld r16, X+",
            multiply_add!("r6", "r7", "62", "42"),
            "ld r16, X+",
            multiply_add!("r8", "r9", "63", "43"),
            "add r26, r18",
            "adc r27, r19",
            "dec r24",
            "brne 15b",
            "16:",
            "brtc 21f",
            "rjmp 71f",
            "21:",
            "dec r14",
            "breq 17f",
            "ldd r0, Y+6",
            "ldd r1, Y+7",
            "add r26, r0",
            "adc r27, r1",
            "ldd r24, Y+11",
            "tst r24",
            "breq 13b",
            "rcall 70f",
            "rjmp 13b",
            "17:",
            "ldd r24, Y+12",
            "tst r24",
            "breq 19f",
            "rcall 70f",
            "19:",
            "rjmp 20f",
            carry!("r10", "60", "40"),
            carry!("r11", "61", "41"),
            carry!("r12", "62", "42"),
            carry!("r13", "63", "43"),
            "18:",
            "ld r16, X+",
            multiply_add!("r2", "r3", "64", "44"),
            "add r26, r18",
            "adc r27, r19",
            "dec r24",
            "brne 18b",
            "rjmp 16b",
            carry!("r10", "64", "44"),
            // So many taps on the padding.
            "70:",
            "push r26",
            "push r27",
            "push r18",
            "push r19",
            "movw r26, r28",
            "adiw r26, 13",
            "ldi r19, 0xff",
            "ldi r18, 0xfc",
            "sbrs r25, 7",
            "ldi r18, 0xff",
            "set",
            "rjmp 14b",
            "71:",
            "clt",
            "pop r19",
            "pop r18",
            "pop r27",
            "pop r26",
            "ret",
            "20:",
            "ldi r19, 1",
            "sbrc r25, 7",
            "ldi r19, 4",
            "clr r15",
            "ldd r16, Y+0",
            "ldd r17, Y+1",
            "add r16, r19",
            "adc r17, r15",
            "std Y+0, r16",
            "std Y+1, r17",
            "ldd r26, Y+2",
            "ldd r27, Y+3",
            "push r28",
            "push r29",
            "push r25",
            "movw r28, r26",
            limit!("r25"),
            outputs!(),
            "rjmp 49f",
            rare_outputs!(),
            "49:",
            "movw r26, r28",
            "pop r25",
            "pop r29",
            "pop r28",
            "std Y+2, r26",
            "std Y+3, r27",
            "dec r25",
            "mov r16, r25",
            "andi r16, 0x7f",
            "breq 50f",
            "rjmp 10b",
            "50:",
            "pop r29",
            "pop r28",
            "clr r1",
            inout("Z") stream,
            inout("X") pixel => _,
            inout("r25") count => _,
            in("r20") half as u8,
            in("r21") (half >> 8) as u8,
            in("r22") factor,
            in("r23") zero_point,
            out("r2") _, out("r3") _, out("r4") _, out("r5") _, out("r6") _, out("r7") _,
            out("r8") _, out("r9") _, out("r10") _, out("r11") _, out("r12") _, out("r13") _,
            out("r14") _, out("r15") _, out("r16") _, out("r17") _, out("r18") _, out("r19") _, out("r24") _,
        );
    }
    stream
}
