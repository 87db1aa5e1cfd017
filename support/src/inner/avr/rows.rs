//! A row of outputs of a depthwise convolution, one channel at a time: see
//! [`crate::inner::portable::row_of_3x3`].
//!
//! Registers: the nine weights in `r17` to `r25`, an input in `r16`, in `r2` to `r10` the sums of three outputs side by side,
//! as in [`super::units`], in `X` the input, in `Z` the output, in `r12` to `r15` how far it is from one row to the next
//! and back to the next column, and in `Y` a [`Frame`] with what does not fit. `T` is set if the third row is padding.
//!
//! Bound: three inputs make nine products, each with 2 cycles to multiply, 2 to add, and 1 to see that nothing went over,
//! and then there are 13 for the inputs: 6.5 by counting. Outputs take about 50, and 25 for what comes next: 15 for each
//! product. What a row of a channel takes beside that, about 180, and rare overflows and outputs near the next one come on
//! top. With `cargo run -p on-target -- --board atmega328p layers` whole layers are measured.

use super::units::StreamOutput;
use crate::inner::flash::Flash;
use crate::inner::portable::{RowTaps, STREAM_BIAS, STREAM_SCALE};
use crate::inner::product;
use core::arch::asm;

/// What a row needs to know. The loop moves the pointers on, and writes the constants of a channel.
#[repr(C)]
struct Frame {
    bias: [u8; 3],
    multiplier: [u8; 2],
    half: u16,
    factor: u8,
    limit: u8,
    zero_point: u8,
    channels: u8,
    /// Outputs that are left, and the one that is under way.
    left: u8,
    line: usize,
    back: usize,
    padding: i8,
    columns: u8,
    input: *const i8,
    output: *mut i8,
    /// Bit 0 is set if the first row is padding, bit 1 if it is the last.
    outside: u8,
    units: u8,
    stream: *const i8,
}

/// As [`crate::inner::portable::row_of_3x3`].
#[inline(never)] // one copy serves a program
pub fn row_of_3x3(stream: Flash<'_, i8>, row: &RowTaps<'_>, output: &mut [i8], to: StreamOutput) {
    const UNIT: usize = 9 + STREAM_BIAS + STREAM_SCALE;
    let &RowTaps { image, columns, channels, first, last, padding } = row;
    let line = product(columns, channels);
    let outside = u8::from(first) | u8::from(last) << 1;
    let seen = if outside == 0 { line.wrapping_mul(3) } else { line.wrapping_mul(2) };
    if !row.fits() || image.len() < seen || output.len() != line || product(UNIT, channels) > stream.len() {
        return;
    }
    let StreamOutput { half, factor, zero_point } = to;
    let mut frame = Frame {
        bias: [0; 3],
        multiplier: [0; 2],
        half,
        factor,
        // As where `outputs` is.
        limit: u8::try_from(256u16.wrapping_sub(u16::from(factor).wrapping_mul(5))).unwrap_or(0),
        zero_point,
        channels: channels as u8,
        left: 0,
        line,
        back: channels.wrapping_sub(seen).wrapping_add(line),
        padding,
        columns: columns as u8,
        input: image.as_ptr(),
        output: output.as_mut_ptr(),
        outside,
        units: channels as u8,
        stream: stream.start(),
    };
    // SAFETY: the stream has all channels, the image two rows or three, and `output` room for one.
    #[allow(unsafe_code)]
    unsafe {
        channels_of_row(&mut frame);
    }
}

/// One term of the sum of an output: see [`super::dot`]. What tells of an overflow stands before all terms.
macro_rules! multiply_add {
    ($w:literal, $low:literal, $high:literal, $overflow:literal, $back:literal) => {
        concat!(
            "muls ", $w, ", r16\n", "add ", $low, ", r0\n", "adc ", $high, ", r1\n", "brvs ", $overflow,
            "b\n", $back, ":\n",
        )
    };
}

/// Behind an overflow: a sum that truly is positive or zero went over the top, another over the bottom.
macro_rules! carry {
    ($carries:literal, $overflow:literal, $back:literal) => {
        concat!(
            $overflow,
            ":\n",
            "brge 9f\n",
            "dec ",
            $carries,
            "\n",
            "dec ",
            $carries,
            "\n",
            "9:\n",
            "inc ",
            $carries,
            "\n",
            "rjmp ",
            $back,
            "f\n",
        )
    };
}

/// One term of a sum of three bytes without carries.
macro_rules! multiply_add_3 {
    ($w:literal, $low:literal, $high:literal, $top:literal) => {
        concat!(
            "muls ",
            $w,
            ", r16\n",
            "sbc r12, r12\n",
            "add ",
            $low,
            ", r0\n",
            "adc ",
            $high,
            ", r1\n",
            "adc ",
            $top,
            ", r12\n",
        )
    };
}

/// One product of bytes, added to three bytes of the sum from the one of its weight.
macro_rules! add_partial {
    ($x:literal, $m:literal, $low:literal, $middle:literal, $high:literal) => {
        concat!(
            "mul ", $x, ", ", $m, "\n", "add ", $low, ", r0\n", "adc ", $middle, ", r1\n", "adc ", $high,
            ", r11\n",
        )
    };
}

/// All channels of a row.
///
/// # Safety
///
/// All that the frame points to is there.
#[allow(unsafe_code)]
#[inline(never)]
unsafe fn channels_of_row(frame: *mut Frame) {
    // SAFETY: reads and writes what the caller promises; the stack is left as it was.
    unsafe {
        asm!(
            "push r28",
            "push r29",
            "movw r28, r26",
            // A channel: its bias, its weights, and what the padding beside the first or the last row adds to the bias.
            "1:",
            "ldd r30, Y+24",
            "ldd r31, Y+25",
            "ldd r16, Y+16",
            "ldd r11, Y+22",
            "clt",
            "lpm r2, Z+",
            "lpm r3, Z+",
            "lpm r8, Z+",
            "sbrc r3, 7",
            "dec r8",
            "sbrs r11, 0",
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
            "sbrc r11, 0",
            "rjmp 3f",
            "lpm r23, Z+",
            "lpm r24, Z+",
            "lpm r25, Z+",
            "3:",
            "tst r11",
            "breq 4f",
            "set",
            multiply_add_3!("r23", "r2", "r3", "r8"),
            multiply_add_3!("r24", "r2", "r3", "r8"),
            multiply_add_3!("r25", "r2", "r3", "r8"),
            "4:",
            "lpm r0, Z+",
            "std Y+3, r0",
            "lpm r0, Z+",
            "std Y+4, r0",
            "adiw r30, 3",
            "std Y+24, r30",
            "std Y+25, r31",
            "clr r11",
            // The first two outputs: padding, and the first column.
            "movw r4, r2",
            "mov r9, r8",
            "movw r6, r2",
            "mov r10, r8",
            multiply_add_3!("r17", "r4", "r5", "r9"),
            multiply_add_3!("r20", "r4", "r5", "r9"),
            "brts 5f",
            multiply_add_3!("r23", "r4", "r5", "r9"),
            "5:",
            "sbrc r3, 7",
            "inc r8",
            "std Y+0, r2",
            "std Y+1, r3",
            "std Y+2, r8",
            "ldd r26, Y+18",
            "ldd r27, Y+19",
            "adiw r26, 1",
            "std Y+18, r26",
            "std Y+19, r27",
            "sbiw r26, 1",
            "ldd r30, Y+20",
            "ldd r31, Y+21",
            "adiw r30, 1",
            "std Y+20, r30",
            "std Y+21, r31",
            "sbiw r30, 1",
            "ldd r2, Y+12",
            "ldd r3, Y+13",
            "ldd r14, Y+14",
            "ldd r15, Y+15",
            "ld r16, X",
            multiply_add_3!("r18", "r4", "r5", "r9"),
            multiply_add_3!("r17", "r6", "r7", "r10"),
            "add r26, r2",
            "adc r27, r3",
            "ld r16, X",
            multiply_add_3!("r21", "r4", "r5", "r9"),
            multiply_add_3!("r20", "r6", "r7", "r10"),
            "brts 6f",
            "add r26, r2",
            "adc r27, r3",
            "ld r16, X",
            multiply_add_3!("r24", "r4", "r5", "r9"),
            multiply_add_3!("r23", "r6", "r7", "r10"),
            "6:",
            "add r26, r14",
            "adc r27, r15",
            "sbrc r5, 7",
            "inc r9",
            "sbrc r7, 7",
            "inc r10",
            "ldd r16, Y+17",
            "std Y+11, r16",
            "rjmp 40f",
            carry!("r10", "60", "70"),
            carry!("r9", "61", "71"),
            carry!("r8", "62", "72"),
            carry!("r10", "63", "73"),
            carry!("r9", "64", "74"),
            carry!("r8", "65", "75"),
            carry!("r10", "66", "76"),
            carry!("r9", "67", "77"),
            carry!("r8", "68", "78"),
            // A column, and the output that it is the last of.
            "10:",
            "ld r16, X",
            multiply_add!("r17", "r6", "r7", "60", "70"),
            multiply_add!("r18", "r4", "r5", "61", "71"),
            multiply_add!("r19", "r2", "r3", "62", "72"),
            "add r26, r12",
            "adc r27, r13",
            "ld r16, X",
            multiply_add!("r20", "r6", "r7", "63", "73"),
            multiply_add!("r21", "r4", "r5", "64", "74"),
            multiply_add!("r22", "r2", "r3", "65", "75"),
            "brts 11f",
            "add r26, r12",
            "adc r27, r13",
            "ld r16, X",
            multiply_add!("r23", "r6", "r7", "66", "76"),
            multiply_add!("r24", "r4", "r5", "67", "77"),
            multiply_add!("r25", "r2", "r3", "68", "78"),
            "11:",
            "add r26, r14",
            "adc r27, r15",
            // As `outputs` has it, with the sign in the upper bit of what counts carries.
            "20:",
            "tst r8",
            "brne 27f",
            "mov r8, r3",
            "tst r3",
            "brpl 21f",
            "com r2",
            "com r3",
            "21:",
            "ldd r12, Y+5",
            "ldd r13, Y+6",
            "ldd r16, Y+4",
            "mul r3, r16",
            "add r12, r0",
            "adc r13, r1",
            "mul r2, r16",
            "add r12, r1",
            "adc r13, r11",
            "ldd r16, Y+3",
            "mul r3, r16",
            "add r12, r1",
            "adc r13, r11",
            "ldd r16, Y+7",
            "mul r12, r16",
            "ldd r12, Y+8",
            "cp r0, r12",
            "brsh 28f",
            "mov r12, r1",
            "mul r13, r16",
            "or r12, r0",
            "tst r1",
            "brne 25f",
            "22:",
            "ldd r16, Y+9",
            "sbrc r8, 7",
            "rjmp 24f",
            "add r16, r12",
            "brcs 25f",
            "23:",
            "subi r16, 0x80",
            "st Z, r16",
            "ldd r16, Y+10",
            "add r30, r16",
            "adc r31, r11",
            "40:",
            "movw r2, r4",
            "movw r4, r6",
            "mov r8, r9",
            "mov r9, r10",
            "ldd r6, Y+0",
            "ldd r7, Y+1",
            "ldd r10, Y+2",
            "ldd r12, Y+12",
            "ldd r13, Y+13",
            "ldd r16, Y+11",
            "dec r16",
            "brmi 49f",
            "std Y+11, r16",
            "breq 44f",
            "rjmp 10b",
            "27:",
            "rjmp 30f",
            "28:",
            "rjmp 29f",
            "44:",
            "rjmp 45f",
            "49:",
            "rjmp 50f",
            "24:",
            "sub r16, r12",
            "brcc 23b",
            "clr r16",
            "rjmp 23b",
            // What leaves the byte leaves every range.
            "25:",
            "clr r16",
            "sbrs r8, 7",
            "com r16",
            "rjmp 23b",
            // The last output: the padding behind the row.
            "45:",
            "ldd r16, Y+16",
            "sbrc r3, 7",
            "dec r8",
            multiply_add_3!("r19", "r2", "r3", "r8"),
            multiply_add_3!("r22", "r2", "r3", "r8"),
            "brts 46f",
            multiply_add_3!("r25", "r2", "r3", "r8"),
            "46:",
            "sbrc r3, 7",
            "inc r8",
            "rjmp 20b",
            "50:",
            "ldd r16, Y+23",
            "dec r16",
            "std Y+23, r16",
            "breq 51f",
            "rjmp 1b",
            "51:",
            "rjmp 52f",
            // All of the product.
            "29:",
            "sbrc r8, 7",
            "com r2",
            "sbrc r8, 7",
            "com r3",
            "clr r8",
            "30:",
            "push r17",
            "push r18",
            "push r19",
            "push r20",
            "push r24",
            "push r25",
            "sbrc r3, 7",
            "dec r8",
            "mov r20, r8",
            "sbrs r8, 7",
            "rjmp 31f",
            "com r2",
            "com r3",
            "com r20",
            "adc r2, r11",
            "adc r3, r11",
            "adc r20, r11",
            "31:",
            "push r30",
            "push r31",
            "ldd r30, Y+24",
            "ldd r31, Y+25",
            "sbiw r30, 3",
            "lpm r16, Z+",
            "lpm r24, Z+",
            "lpm r25, Z+",
            "pop r31",
            "pop r30",
            "ldd r17, Y+3",
            "ldd r18, Y+4",
            "ldd r12, Y+5",
            "ldd r13, Y+6",
            "clr r19",
            "mul r2, r16",
            "add r24, r1",
            "adc r25, r11",
            "adc r12, r11",
            add_partial!("r2", "r17", "r24", "r25", "r12"),
            add_partial!("r3", "r16", "r24", "r25", "r12"),
            add_partial!("r2", "r18", "r25", "r12", "r13"),
            add_partial!("r3", "r17", "r25", "r12", "r13"),
            add_partial!("r3", "r18", "r12", "r13", "r19"),
            add_partial!("r20", "r16", "r25", "r12", "r13"),
            "adc r19, r11",
            add_partial!("r20", "r17", "r12", "r13", "r19"),
            "mul r20, r18",
            "add r13, r0",
            "adc r19, r1",
            "ldd r16, Y+7",
            "mul r12, r16",
            "mov r12, r1",
            "mul r13, r16",
            "or r12, r0",
            "or r1, r19",
            "pop r25",
            "pop r24",
            "pop r20",
            "pop r19",
            "pop r18",
            "pop r17",
            "brne 32f",
            "rjmp 22b",
            "32:",
            "rjmp 25b",
            "52:",
            "pop r29",
            "pop r28",
            "clr r1",
            inout("X") frame => _,
            out("Z") _,
            out("r2") _, out("r3") _, out("r4") _, out("r5") _, out("r6") _, out("r7") _,
            out("r8") _, out("r9") _, out("r10") _, out("r11") _, out("r12") _, out("r13") _,
            out("r14") _, out("r15") _, out("r16") _, out("r17") _, out("r18") _, out("r19") _,
            out("r20") _, out("r21") _, out("r22") _, out("r23") _, out("r24") _, out("r25") _,
        );
    }
}
