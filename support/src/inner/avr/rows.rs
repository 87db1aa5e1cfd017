//! Rows of outputs of a depthwise convolution, one channel at a time: see
//! [`crate::inner::portable::rows_of_3x3`].
//!
//! Registers: the nine weights in `r17` to `r25`, an input in `r16`, in `r2` to `r7` the sums of three outputs side by side,
//! of two bytes, with the bias in `r8` and `r9`, the columns that are left in `r10`, in `X` the input, in `Z` the output, in
//! `r12` to `r15` how far it is from one row to the next and back to the next column, and in `Y` a [`Frame`] with what does
//! not fit. Sums that leave two bytes are rare: how often they did is in the frame, and only if `T` is set it is not zero
//! for any of the three.
//!
//! Rows of windows whose first or last row is padding have a loop of their own with two rows of weights.
//!
//! Bound: a column of three inputs makes nine products, each with 2 cycles to multiply, 2 to add, and 1 to see that nothing
//! went over, and 12 for the inputs: 57, or 6.3 for each product. Its output takes 61: 118 together, 13.1 for each product,
//! and 99 where one row is padding. By counting, a row takes about 190 beside that, of which 60 are its last output, and a
//! channel 110; a call takes those for each of its rows, if memory is shared with the input. Outputs near the next one,
//! and what goes over, come on top. With `cargo run -p on-target -- --board atmega328p layers` whole layers are measured.

use super::units::StreamOutput;
use crate::inner::flash::Flash;
use crate::inner::portable::{RowTaps, STREAM_BIAS, STREAM_SCALE};
use crate::inner::product;
use core::arch::asm;
use core::mem::offset_of;

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
    /// Columns, less one.
    columns: u8,
    padding: i8,
    /// Channels that are left.
    units: u8,
    stream: *const i8,
    input: *const i8,
    output: *mut i8,
    rows: u8,
    left: u8,
    /// Bit 0 is set if the first row of the first windows is padding, bit 1 if the last row of the last windows is.
    outside: u8,
    bias: [u8; 3],
    /// The bias of a row whose windows see two rows.
    bias_of_row: [u8; 2],
    line: usize,
    /// From the last of three rows, or of two, to the next column of the first.
    back: [usize; 2],
}

/// As [`crate::inner::portable::rows_of_3x3`].
#[inline(never)] // one copy serves a program
pub fn rows_of_3x3(stream: Flash<'_, i8>, taps: &RowTaps<'_>, output: &mut [i8], to: StreamOutput) {
    const UNIT: usize = 9 + STREAM_BIAS + STREAM_SCALE;
    let &RowTaps { image, columns, channels, rows, first, last, padding } = taps;
    let line = product(columns, channels);
    let seen = rows.wrapping_add(2).wrapping_sub(first.into()).wrapping_sub(last.into());
    let is_inside = product(seen, line) <= image.len() && product(rows, line) == output.len();
    if !taps.fits() || !is_inside || product(UNIT, channels) > stream.len() {
        return;
    }
    let StreamOutput { half, factor, zero_point } = to;
    let twice = line.wrapping_add(line);
    let mut frame = Frame {
        carries: [0; 4],
        middle: 0,
        half: half as u8,
        factor,
        // As where `outputs` is.
        limit: u8::try_from(256u16.wrapping_sub(u16::from(factor).wrapping_mul(5))).unwrap_or(0),
        zero_point,
        channels: channels as u8,
        columns: (columns as u8).wrapping_sub(1),
        padding,
        units: channels as u8,
        stream: stream.start(),
        input: image.as_ptr(),
        output: output.as_mut_ptr(),
        rows: rows as u8,
        left: 0,
        outside: u8::from(first) | u8::from(last) << 1,
        bias: [0; 3],
        bias_of_row: [0; 2],
        line,
        back: [channels.wrapping_sub(twice), channels.wrapping_sub(line)],
    };
    // SAFETY: the stream has all channels, the image all rows that are seen, and `output` room for its own.
    #[allow(unsafe_code)]
    unsafe {
        each_channel(&mut frame);
    }
}

/// One term of the sum of an output: see [`super::dot`]. What tells of an overflow is at a label, and comes back to one.
macro_rules! term {
    ($w:literal, a, $overflow:literal, $back:literal) => {
        term!($w, "r2", "r3", $overflow, $back)
    };
    ($w:literal, b, $overflow:literal, $back:literal) => {
        term!($w, "r4", "r5", $overflow, $back)
    };
    ($w:literal, c, $overflow:literal, $back:literal) => {
        term!($w, "r6", "r7", $overflow, $back)
    };
    ($w:literal, $low:literal, $high:literal, $overflow:literal, $back:literal) => {
        concat!(
            "muls ", $w, ", r16\n", "add ", $low, ", r0\n", "adc ", $high, ", r1\n", "brvs ", $overflow,
            "\n", $back, ":\n",
        )
    };
}

/// Behind an overflow.
macro_rules! over {
    ($label:literal, a, $back:literal) => {
        over!($label, "803", $back)
    };
    ($label:literal, b, $back:literal) => {
        over!($label, "804", $back)
    };
    ($label:literal, c, $back:literal) => {
        over!($label, "805", $back)
    };
    ($label:literal, $count:literal, $back:literal) => {
        concat!($label, ":\n", "rcall ", $count, "f\n", "rjmp ", $back, "\n")
    };
}

/// Counts an overflow of a sum, whose carries are there in the frame: one that truly is positive or zero went over the top,
/// another over the bottom.
macro_rules! count {
    ($label:literal, $at:literal) => {
        concat!(
            $label, ":\n", "ldd r0, Y+", $at, "\n", "brge 8f\n", "dec r0\n", "dec r0\n", "8:\n", "inc r0\n",
            "std Y+", $at, ", r0\n", "set\n", "ret\n",
        )
    };
}

/// To the next row of the window.
macro_rules! next_line {
    () => {
        "add r26, r12\nadc r27, r13\nld r16, X\n"
    };
}

/// From the window to its next column.
macro_rules! next_column {
    () => {
        "add r26, r14\nadc r27, r15\n"
    };
}

/// The output of the first sum, the sums of the next, and back to `10`, or behind the last column to `49`.
///
/// As `outputs` of units has it, but that half of what is dropped is in one byte.
macro_rules! output {
    ($bias:literal) => {
        concat!(
            "20:\n",
            "brts 47f\n",
            "bst r3, 7\n",
            "brtc 21f\n",
            "com r2\n",
            "com r3\n",
            "21:\n",
            "ldd r0, Y+{middle}\n",
            "mul r3, r0\n",
            // This leaves no byte, since the magnitude has 15 bits.
            "ldd r11, Y+{half}\n",
            "add r11, r1\n",
            "mul r2, r9\n",
            "add r11, r1\n",
            "clr r16\n",
            "adc r16, r16\n",
            "mul r3, r9\n",
            "add r11, r0\n",
            "adc r16, r1\n",
            "mul r16, r8\n",
            "mov r16, r0\n",
            "tst r1\n",
            "brne 45f\n",
            "mul r11, r8\n",
            "ldd r11, Y+{limit}\n",
            "cp r0, r11\n",
            "brsh 48f\n",
            "or r16, r1\n",
            "22:\n",
            "ldd r11, Y+{zero_point}\n",
            "brts 44f\n",
            "add r16, r11\n",
            "brcs 46f\n",
            "23:\n",
            "subi r16, 0x80\n",
            "st Z, r16\n",
            "ldd r11, Y+{channels}\n",
            "add r30, r11\n",
            "brcc 24f\n",
            "inc r31\n",
            "24:\n",
            "movw r2, r4\n",
            "movw r4, r6\n",
            "ldd r6, Y+{", $bias, "}\n",
            "ldd r7, Y+{", $bias, "}+1\n",
            "dec r10\n",
            "brmi 49f\n",
            "rjmp 10b\n",
            "47:\n",
            "rcall 808f\n",
            "rjmp 23b\n",
            "48:\n",
            "rcall 809f\n",
            "rjmp 22b\n",
            "44:\n",
            "clt\n",
            "sub r11, r16\n",
            "mov r16, r11\n",
            "brcc 23b\n",
            "clr r16\n",
            "rjmp 23b\n",
            // What leaves the byte leaves every range.
            "45:\n",
            "ldi r16, 0xff\n",
            "rjmp 22b\n",
            "46:\n",
            "ldi r16, 0xff\n",
            "rjmp 23b\n",
            // Behind the last column there is one more output, and then nothing.
            "49:\n",
            "sbrs r10, 0\n",
            "rjmp 59f\n",
        )
    };
}

/// One product of bytes, added to three bytes of the sum from the one of its weight.
macro_rules! add_partial {
    ($x:literal, $m:literal, $low:literal, $middle:literal, $high:literal) => {
        concat!(
            "mul ", $x, ", ", $m, "\n", "add ", $low, ", r0\n", "adc ", $middle, ", r1\n", "adc ", $high,
            ", r31\n",
        )
    };
}

/// What is rare, as functions.
macro_rules! rare {
    () => {
        concat!(
            count!("803", "{carries}"),
            count!("804", "{carries}+1"),
            count!("805", "{carries}+2"),
            // Nothing went over yet.
            "806:\n",
            "clt\n",
            "clr r0\n",
            "std Y+{carries}, r0\n",
            "std Y+{carries}+1, r0\n",
            "std Y+{carries}+2, r0\n",
            "std Y+{carries}+3, r0\n",
            "ret\n",
            // The carries of the next sums.
            "807:\n",
            "clt\n",
            "ldd r1, Y+{carries}+3\n",
            "ldd r0, Y+{carries}+1\n",
            "std Y+{carries}, r0\n",
            "or r1, r0\n",
            "ldd r0, Y+{carries}+2\n",
            "std Y+{carries}+1, r0\n",
            "or r1, r0\n",
            "ldd r0, Y+{carries}+3\n",
            "std Y+{carries}+2, r0\n",
            "breq 8f\n",
            "set\n",
            "8:\n",
            "ret\n",
            // The output of a sum with carries, and those of the next.
            "808:\n",
            "ldd r16, Y+{carries}\n",
            "sbrc r3, 7\n",
            "dec r16\n",
            "bst r16, 7\n",
            "brtc 8f\n",
            "com r2\n",
            "com r3\n",
            "com r16\n",
            // Its carry is that of a complement.
            "clr r0\n",
            "sec\n",
            "adc r2, r0\n",
            "adc r3, r0\n",
            "adc r16, r0\n",
            "8:\n",
            "rcall 810f\n",
            "ldd r11, Y+{zero_point}\n",
            "brts 9f\n",
            "add r16, r11\n",
            "brcc 807b\n",
            "ldi r16, 0xff\n",
            "rjmp 807b\n",
            "9:\n",
            "sub r11, r16\n",
            "mov r16, r11\n",
            "brcc 807b\n",
            "clr r16\n",
            "rjmp 807b\n",
            // All of the product of a sum of two bytes, whose complement is there if it is negative.
            "809:\n",
            "push r12\n",
            "push r13\n",
            "push r30\n",
            "push r31\n",
            "ldd r30, Y+{stream}\n",
            "ldd r31, Y+{stream}+1\n",
            "sbiw r30, 3\n",
            "lpm r16, Z+\n",
            "lpm r11, Z+\n",
            "lpm r30, Z\n",
            "clr r31\n",
            "brtc 8f\n",
            "sec\n",
            "adc r2, r31\n",
            "adc r3, r31\n",
            "8:\n",
            "ldd r12, Y+{half}\n",
            "clr r13\n",
            "mul r2, r16\n",
            "add r11, r1\n",
            "adc r30, r31\n",
            "adc r12, r31\n",
            add_partial!("r3", "r16", "r11", "r30", "r12"),
            "ldd r16, Y+{middle}\n",
            add_partial!("r2", "r16", "r11", "r30", "r12"),
            add_partial!("r3", "r16", "r30", "r12", "r13"),
            add_partial!("r2", "r9", "r30", "r12", "r13"),
            "mul r3, r9\n",
            "add r12, r0\n",
            "adc r13, r1\n",
            "mul r12, r8\n",
            "mov r16, r1\n",
            "mul r13, r8\n",
            "or r16, r0\n",
            "tst r1\n",
            "breq 8f\n",
            "ldi r16, 0xff\n",
            "8:\n",
            "pop r31\n",
            "pop r30\n",
            "pop r13\n",
            "pop r12\n",
            "ret\n",
            // That of the magnitude of a sum of three bytes.
            "810:\n",
            "push r12\n",
            "push r13\n",
            "push r17\n",
            "push r18\n",
            "push r19\n",
            "push r20\n",
            "push r24\n",
            "push r25\n",
            "push r30\n",
            "push r31\n",
            "mov r20, r16\n",
            "ldd r30, Y+{stream}\n",
            "ldd r31, Y+{stream}+1\n",
            "sbiw r30, 3\n",
            "lpm r16, Z+\n",
            "lpm r24, Z+\n",
            "lpm r25, Z+\n",
            "clr r31\n",
            "ldd r17, Y+{middle}\n",
            "mov r18, r9\n",
            "ldd r12, Y+{half}\n",
            "clr r13\n",
            "clr r19\n",
            "mul r2, r16\n",
            "add r24, r1\n",
            "adc r25, r31\n",
            "adc r12, r31\n",
            add_partial!("r2", "r17", "r24", "r25", "r12"),
            add_partial!("r3", "r16", "r24", "r25", "r12"),
            add_partial!("r2", "r18", "r25", "r12", "r13"),
            add_partial!("r3", "r17", "r25", "r12", "r13"),
            add_partial!("r3", "r18", "r12", "r13", "r19"),
            add_partial!("r20", "r16", "r25", "r12", "r13"),
            "adc r19, r31\n",
            add_partial!("r20", "r17", "r12", "r13", "r19"),
            "mul r20, r18\n",
            "add r13, r0\n",
            "adc r19, r1\n",
            "mul r12, r8\n",
            "mov r16, r1\n",
            "mul r13, r8\n",
            "or r16, r0\n",
            "or r1, r19\n",
            "breq 8f\n",
            "ldi r16, 0xff\n",
            "8:\n",
            "pop r31\n",
            "pop r30\n",
            "pop r25\n",
            "pop r24\n",
            "pop r20\n",
            "pop r19\n",
            "pop r18\n",
            "pop r17\n",
            "pop r13\n",
            "pop r12\n",
            "ret\n",
        )
    };
}

/// All channels.
///
/// # Safety
///
/// All that the frame points to is there.
#[allow(unsafe_code)]
#[inline(never)]
unsafe fn each_channel(frame: *mut Frame) {
    // SAFETY: reads and writes what the caller promises; the stack is left as it was.
    unsafe {
        asm!(
            "push r28",
            "push r29",
            "movw r28, r26",
            "ldd r12, Y+{line}",
            "ldd r13, Y+{line}+1",
            "ldd r8, Y+{factor}",
            "clt",
            // A channel: its weights, those of a row that is padding behind the others, and its multiplier.
            "1:",
            "ldd r30, Y+{stream}",
            "ldd r31, Y+{stream}+1",
            "lpm r0, Z+",
            "std Y+{bias}, r0",
            "lpm r0, Z+",
            "std Y+{bias}+1, r0",
            "lpm r0, Z+",
            "std Y+{bias}+2, r0",
            "ldd r16, Y+{outside}",
            "sbrs r16, 0",
            "rjmp 2f",
            "lpm r23, Z+",
            "lpm r24, Z+",
            "lpm r25, Z+",
            "2:",
            "lpm r17, Z+",
            "lpm r18, Z+",
            "lpm r19, Z+",
            "lpm r20, Z+",
            "lpm r21, Z+",
            "lpm r22, Z+",
            "sbrc r16, 0",
            "rjmp 3f",
            "lpm r23, Z+",
            "lpm r24, Z+",
            "lpm r25, Z+",
            "3:",
            "lpm r0, Z+",
            "std Y+{middle}, r0",
            "lpm r9, Z+",
            "adiw r30, 3",
            "std Y+{stream}, r30",
            "std Y+{stream}+1, r31",
            "ldd r26, Y+{input}",
            "ldd r27, Y+{input}+1",
            "adiw r26, 1",
            "std Y+{input}, r26",
            "std Y+{input}+1, r27",
            "sbiw r26, 1",
            "ldd r30, Y+{output}",
            "ldd r31, Y+{output}+1",
            "adiw r30, 1",
            "std Y+{output}, r30",
            "std Y+{output}+1, r31",
            "sbiw r30, 1",
            "ldd r0, Y+{rows}",
            "std Y+{left}, r0",
            "sbrc r16, 0",
            "rjmp 200f",
            // The next row, whose windows see three rows but for the last.
            "4:",
            "ldd r16, Y+{left}",
            "dec r16",
            "brne 5f",
            "ldd r16, Y+{outside}",
            "sbrc r16, 1",
            "rjmp 200f",
            "5:",
            "brts 50f",
            "51:",
            "ldd r14, Y+{back}",
            "ldd r15, Y+{back}+1",
            "ldd r16, Y+{padding}",
            "ldd r6, Y+{bias}",
            "ldd r7, Y+{bias}+1",
            "ldd r0, Y+{bias}+2",
            "tst r0",
            "brne 52f",
            "53:",
            // The first two outputs: padding, and the first column.
            term!("r17", c, "60f", "70"),
            term!("r20", c, "61f", "71"),
            term!("r23", c, "62f", "72"),
            "movw r4, r6",
            "ldd r6, Y+{bias}",
            "ldd r7, Y+{bias}+1",
            "brts 54f",
            "55:",
            "ld r16, X",
            term!("r18", b, "63f", "73"),
            term!("r17", c, "64f", "74"),
            next_line!(),
            term!("r21", b, "65f", "75"),
            term!("r20", c, "66f", "76"),
            next_line!(),
            term!("r24", b, "67f", "77"),
            term!("r23", c, "68f", "78"),
            next_column!(),
            "ldd r10, Y+{columns}",
            "brts 56f",
            "rjmp 24f",
            "56:",
            "rcall 807f",
            "rjmp 24f",
            "50:",
            "rcall 806f",
            "rjmp 51b",
            "52:",
            "std Y+{carries}+2, r0",
            "std Y+{carries}+3, r0",
            "set",
            "rjmp 53b",
            "54:",
            "rcall 807f",
            "rjmp 55b",
            over!("60", c, "70b"),
            over!("61", c, "71b"),
            over!("62", c, "72b"),
            over!("63", b, "73b"),
            over!("64", c, "74b"),
            over!("65", b, "75b"),
            over!("66", c, "76b"),
            over!("67", b, "77b"),
            over!("68", c, "78b"),
            over!("60", c, "70f"),
            over!("61", b, "71f"),
            over!("62", a, "72f"),
            over!("63", c, "73f"),
            over!("64", b, "74f"),
            over!("65", a, "75f"),
            over!("66", c, "76f"),
            over!("67", b, "77f"),
            over!("68", a, "78f"),
            // A column, and the output that it is the last of.
            "10:",
            "ld r16, X",
            term!("r17", c, "60b", "70"),
            term!("r18", b, "61b", "71"),
            term!("r19", a, "62b", "72"),
            next_line!(),
            term!("r20", c, "63b", "73"),
            term!("r21", b, "64b", "74"),
            term!("r22", a, "65b", "75"),
            next_line!(),
            term!("r23", c, "66b", "76"),
            term!("r24", b, "67b", "77"),
            term!("r25", a, "68b", "78"),
            next_column!(),
            output!("bias"),
            // The last output: the padding behind the row.
            "ldd r16, Y+{padding}",
            term!("r19", a, "60f", "70"),
            term!("r22", a, "61f", "71"),
            term!("r25", a, "62f", "72"),
            "rjmp 20b",
            over!("60", a, "70b"),
            over!("61", a, "71b"),
            over!("62", a, "72b"),
            "59:",
            "ldd r16, Y+{left}",
            "dec r16",
            "std Y+{left}, r16",
            "breq 6f",
            "rjmp 4b",
            "6:",
            "rjmp 95f",
            // A row whose windows see two rows. The weights of the third add to the bias.
            "200:",
            "brts 50f",
            "51:",
            "ldd r14, Y+{back}+2",
            "ldd r15, Y+{back}+3",
            "ldd r16, Y+{padding}",
            "ldd r6, Y+{bias}",
            "ldd r7, Y+{bias}+1",
            "ldd r0, Y+{bias}+2",
            "tst r0",
            "brne 52f",
            "53:",
            term!("r23", c, "60f", "70"),
            term!("r24", c, "61f", "71"),
            term!("r25", c, "62f", "72"),
            "std Y+{bias_of_row}, r6",
            "std Y+{bias_of_row}+1, r7",
            "brts 57f",
            "58:",
            term!("r17", c, "63f", "73"),
            term!("r20", c, "64f", "74"),
            "movw r4, r6",
            "ldd r6, Y+{bias_of_row}",
            "ldd r7, Y+{bias_of_row}+1",
            "brts 54f",
            "55:",
            "ld r16, X",
            term!("r18", b, "65f", "75"),
            term!("r17", c, "66f", "76"),
            next_line!(),
            term!("r21", b, "67f", "77"),
            term!("r20", c, "68f", "78"),
            next_column!(),
            "ldd r10, Y+{columns}",
            "brts 56f",
            "rjmp 24f",
            "50:",
            "rcall 806f",
            "rjmp 51b",
            "52:",
            "std Y+{carries}+2, r0",
            "set",
            "rjmp 53b",
            "57:",
            "ldd r0, Y+{carries}+2",
            "std Y+{carries}+3, r0",
            "rjmp 58b",
            "56:",
            "rcall 807f",
            "rjmp 24f",
            "54:",
            "rcall 807f",
            "rjmp 55b",
            over!("60", c, "70b"),
            over!("61", c, "71b"),
            over!("62", c, "72b"),
            over!("63", c, "73b"),
            over!("64", c, "74b"),
            over!("65", b, "75b"),
            over!("66", c, "76b"),
            over!("67", b, "77b"),
            over!("68", c, "78b"),
            over!("60", c, "70f"),
            over!("61", b, "71f"),
            over!("62", a, "72f"),
            over!("63", c, "73f"),
            over!("64", b, "74f"),
            over!("65", a, "75f"),
            "10:",
            "ld r16, X",
            term!("r17", c, "60b", "70"),
            term!("r18", b, "61b", "71"),
            term!("r19", a, "62b", "72"),
            next_line!(),
            term!("r20", c, "63b", "73"),
            term!("r21", b, "64b", "74"),
            term!("r22", a, "65b", "75"),
            next_column!(),
            output!("bias_of_row"),
            "ldd r16, Y+{padding}",
            term!("r19", a, "60f", "70"),
            term!("r22", a, "61f", "71"),
            "rjmp 20b",
            over!("60", a, "70b"),
            over!("61", a, "71b"),
            "59:",
            "ldd r16, Y+{left}",
            "dec r16",
            "std Y+{left}, r16",
            "breq 95f",
            // It was the first row: the weights move on, and the windows of the next row begin with the same row.
            "mov r2, r23",
            "mov r3, r24",
            "mov r4, r25",
            "mov r25, r22",
            "mov r24, r21",
            "mov r23, r20",
            "mov r22, r19",
            "mov r21, r18",
            "mov r20, r17",
            "mov r17, r2",
            "mov r18, r3",
            "mov r19, r4",
            "sub r26, r12",
            "sbc r27, r13",
            "rjmp 4b",
            "95:",
            "ldd r16, Y+{units}",
            "dec r16",
            "std Y+{units}, r16",
            "breq 7f",
            "rjmp 1b",
            "7:",
            "rjmp 99f",
            rare!(),
            "99:",
            "pop r29",
            "pop r28",
            "clr r1",
            carries = const offset_of!(Frame, carries),
            middle = const offset_of!(Frame, middle),
            half = const offset_of!(Frame, half),
            factor = const offset_of!(Frame, factor),
            limit = const offset_of!(Frame, limit),
            zero_point = const offset_of!(Frame, zero_point),
            channels = const offset_of!(Frame, channels),
            columns = const offset_of!(Frame, columns),
            padding = const offset_of!(Frame, padding),
            units = const offset_of!(Frame, units),
            stream = const offset_of!(Frame, stream),
            input = const offset_of!(Frame, input),
            output = const offset_of!(Frame, output),
            rows = const offset_of!(Frame, rows),
            left = const offset_of!(Frame, left),
            outside = const offset_of!(Frame, outside),
            bias = const offset_of!(Frame, bias),
            bias_of_row = const offset_of!(Frame, bias_of_row),
            line = const offset_of!(Frame, line),
            back = const offset_of!(Frame, back),
            inout("X") frame => _,
            out("Z") _,
            out("r2") _, out("r3") _, out("r4") _, out("r5") _, out("r6") _, out("r7") _,
            out("r8") _, out("r9") _, out("r10") _, out("r11") _, out("r12") _, out("r13") _,
            out("r14") _, out("r15") _, out("r16") _, out("r17") _, out("r18") _, out("r19") _,
            out("r20") _, out("r21") _, out("r22") _, out("r23") _, out("r24") _, out("r25") _,
        );
    }
}
