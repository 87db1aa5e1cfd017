//! Windows of any size that see a channel each, one unit at a time: see [`crate::inner::portable::windows`].
//!
//! What is seen of a channel is first copied to the stack, with the padding around it, so that from there on no window
//! knows of borders, and its columns lie side by side. Units that share a channel share the copy. Four outputs of a row,
//! whose windows are one column apart or two, are done at once, so that a weight is read once for all four; what is left
//! over of a row is done so as well, but a single one alone, and so are windows further apart.
//!
//! Registers: sums from `r2` on, and from `r10` on how often each went over, as in [`super::units`]; an input in `r16`, a
//! weight in `r17`; in `Y` what is seen, in `Z` the stream, which ends where the multiplier begins; in `r14` the rows of the
//! window that are left, in `r24` the columns of `r15`, in `X` how far it is from one column to the next and in `r18` and
//! `r19` from behind a row to the next one. Outputs take what those of [`super::units`] do. A [`Frame`] has what does not
//! fit; on top of the stack is where it is.
//!
//! Bound: 3 cycles for a weight, 5 for the next column, and for each of four products 2 for an input, 2 to multiply, 2 to
//! add and 1 to see that nothing went over: 9 for each product, and 15 where an output is alone. By counting, a row of a
//! window takes 7, four outputs about 90 beside the 50 to 56 of each and what [`super::units`] has about rare ones, an
//! element of the copy 9, a unit about 100, and a call 700 and 6 for each byte of the copy. So windows of few taps are
//! bound by their outputs: three taps take at least 17 for each beside their products.
//! With `cargo run -p on-target -- --board atmega328p depthwise` whole layers are measured.
//!
//! What does not help, by counting:
//!
//! - Inputs that are read once for two outputs that are neighbours: 7.5 for each product, but a row begins and ends with
//!   columns of one product, so that windows of five columns take as many, and there is a loop more for each stride.
//! - Weights that are copied as well: one cycle of 36 for four products, and nothing is left to point to them with.
//! - Channels side by side, without a copy: 11.25 for each product, and what Rust does for each pixel.

use super::units::{StreamOutput, add_partial, carry, limit, outputs, rare_outputs, term};
use crate::inner::flash::Flash;
use crate::inner::portable::WindowTaps;
use crate::inner::product;
use core::arch::asm;
use core::mem::offset_of;

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
    /// Outputs that are done at once.
    count: u8,
    padding: i8,
}

/// As [`crate::inner::portable::windows`].
#[inline(never)] // one copy serves a program
pub fn windows(stream: Flash<'_, i8>, taps: &WindowTaps<'_>, output: &mut [i8], to: StreamOutput) {
    let &WindowTaps { image, ref y, ref x, line, channels, units, padding } = taps;
    let is_there = |[inputs, outputs, constants]: [usize; 3]| {
        inputs <= image.len() && outputs == output.len() && constants <= stream.len()
    };
    if !taps.lens().is_some_and(is_there) {
        return;
    }
    let width = x.positions();
    // What is not between two of something is not used.
    let dilation = if x.taps == 1 { 1 } else { x.dilation };
    let mut frame = Frame {
        stream: stream.start(),
        input: image.as_ptr(),
        output: output.as_mut_ptr(),
        to: output.as_mut_ptr(),
        units,
        left_units: units,
        channels,
        used: 0,
        skip: line.wrapping_sub(product(x.there, channels)),
        size: taps.size(),
        copy: 0,
        inside: product(y.before, width).wrapping_add(x.before),
        row: 0,
        at: 0,
        next_row: product(y.stride, width),
        jump: product(y.dilation, width).wrapping_sub(product(x.taps, dilation)),
        rows: y.there as u8,
        columns: x.there as u8,
        gap: width.wrapping_sub(x.there) as u8,
        taps: [y.taps as u8, x.taps as u8],
        dilation: dilation as u8,
        stride: x.stride.min(255) as u8,
        outputs: [y.outputs as u8, x.outputs as u8],
        left: [0; 2],
        count: 0,
        padding,
    };
    // SAFETY: the stream has all units, `output` room for them, and the image what is copied of it.
    #[allow(unsafe_code)]
    unsafe {
        each_unit(&mut frame, to);
    }
}

/// Four products of a weight, with inputs that are so far apart.
macro_rules! four {
    ($second:literal, $third:literal, $fourth:literal) => {
        concat!(
            "110:\n",
            "mov r24, r15\n",
            "111:\n",
            "lpm r17, Z+\n",
            "ld r16, Y\n",
            term!("r2", "r3", "60", "50"),
            "ldd r16, Y+", $second, "\n",
            term!("r4", "r5", "61", "51"),
            "ldd r16, Y+", $third, "\n",
            term!("r6", "r7", "62", "52"),
            "ldd r16, Y+", $fourth, "\n",
            term!("r8", "r9", "63", "53"),
            "add r28, r26\n",
            "adc r29, r27\n",
            "dec r24\n",
            "brne 111b\n",
            "add r28, r18\n",
            "adc r29, r19\n",
            "dec r14\n",
            "brne 110b\n",
            "rjmp 120f\n",
            carry!("r10", "60", "50"),
            carry!("r11", "61", "51"),
            carry!("r12", "62", "52"),
            carry!("r13", "63", "53"),
        )
    };
}

/// Where the frame is.
macro_rules! frame {
    () => {
        "pop r29\npop r28\npush r28\npush r29\n"
    };
}

/// All units.
///
/// # Safety
///
/// All that the frame points to is there, there are units, outputs, columns and taps, and the copy has room for what is
/// copied and for what windows see, and for three windows more.
#[allow(unsafe_code)]
#[inline(never)]
unsafe fn each_unit(frame: *mut Frame, to: StreamOutput) {
    let StreamOutput { half, factor, zero_point } = to;
    // SAFETY: reads and writes what the caller promises, and the stack below what it points to; that is left as it was.
    unsafe {
        asm!(
            "push r28",
            "push r29",
            "movw r28, r26",
            limit!("r25"),
            // Memory for the copy, all of it padding.
            "ldd r26, Y+{size}",
            "ldd r27, Y+{size}+1",
            "ldd r16, Y+{padding}",
            "1:",
            "push r16",
            "sbiw r26, 1",
            "brne 1b",
            "in r26, 0x3d",
            "in r27, 0x3e",
            "adiw r26, 1",
            "std Y+{copy}, r26",
            "std Y+{copy}+1, r27",
            "ldd r0, Y+{inside}",
            "add r26, r0",
            "ldd r0, Y+{inside}+1",
            "adc r27, r0",
            "std Y+{inside}, r26",
            "std Y+{inside}+1, r27",
            "push r28",
            "push r29",
            // A unit. The first one of a channel copies it.
            "101:",
            "ldd r18, Y+{channels}",
            "ldd r19, Y+{channels}+1",
            "ldd r26, Y+{used}",
            "ldd r27, Y+{used}+1",
            "mov r16, r26",
            "or r16, r27",
            "add r26, r18",
            "adc r27, r19",
            "ldd r14, Y+{units}",
            "ldd r15, Y+{units}+1",
            "cp r26, r14",
            "cpc r27, r15",
            "brne 2f",
            "clr r26",
            "clr r27",
            "2:",
            "std Y+{used}, r26",
            "std Y+{used}+1, r27",
            "tst r16",
            "brne 104f",
            "ldd r26, Y+{input}",
            "ldd r27, Y+{input}+1",
            "adiw r26, 1",
            "std Y+{input}, r26",
            "std Y+{input}+1, r27",
            "sbiw r26, 1",
            "ldd r14, Y+{rows}",
            "tst r14",
            "breq 104f",
            "ldd r15, Y+{columns}",
            "ldd r30, Y+{inside}",
            "ldd r31, Y+{inside}+1",
            "ldd r10, Y+{skip}",
            "ldd r11, Y+{skip}+1",
            "ldd r12, Y+{gap}",
            "clr r13",
            "102:",
            "mov r24, r15",
            "103:",
            "ld r16, X",
            "add r26, r18",
            "adc r27, r19",
            "st Z+, r16",
            "dec r24",
            "brne 103b",
            "add r26, r10",
            "adc r27, r11",
            "add r30, r12",
            "adc r31, r13",
            "dec r14",
            "brne 102b",
            "104:",
            "ldd r26, Y+{output}",
            "ldd r27, Y+{output}+1",
            "std Y+{to}, r26",
            "std Y+{to}+1, r27",
            "adiw r26, 1",
            "std Y+{output}, r26",
            "std Y+{output}+1, r27",
            "ldd r26, Y+{copy}",
            "ldd r27, Y+{copy}+1",
            "std Y+{row}, r26",
            "std Y+{row}+1, r27",
            "ldd r16, Y+{outputs}",
            "std Y+{left}, r16",
            // A row of outputs.
            "105:",
            "ldd r26, Y+{row}",
            "ldd r27, Y+{row}+1",
            "std Y+{at}, r26",
            "std Y+{at}+1, r27",
            "ldd r0, Y+{next_row}",
            "add r26, r0",
            "ldd r0, Y+{next_row}+1",
            "adc r27, r0",
            "std Y+{row}, r26",
            "std Y+{row}+1, r27",
            "ldd r16, Y+{outputs}+1",
            "std Y+{left}+1, r16",
            // Some outputs of it: up to four, or one.
            "106:",
            "ldd r16, Y+{left}+1",
            "ldd r17, Y+{stride}",
            "ldi r24, 1",
            "cpi r17, 3",
            "brsh 2f",
            "mov r24, r16",
            "cpi r16, 5",
            "brlo 2f",
            "ldi r24, 4",
            "2:",
            "std Y+{count}, r24",
            "sub r16, r24",
            "std Y+{left}+1, r16",
            "ldd r26, Y+{at}",
            "ldd r27, Y+{at}+1",
            "movw r12, r26",
            "mul r24, r17",
            "add r26, r0",
            "adc r27, r1",
            "std Y+{at}, r26",
            "std Y+{at}+1, r27",
            "ldd r30, Y+{stream}",
            "ldd r31, Y+{stream}+1",
            "ldd r14, Y+{taps}",
            "ldd r15, Y+{taps}+1",
            "ldd r18, Y+{jump}",
            "ldd r19, Y+{jump}+1",
            "ldd r26, Y+{dilation}",
            "clr r27",
            "lpm r2, Z+",
            "lpm r3, Z+",
            "lpm r10, Z+",
            "movw r28, r12",
            "cpi r24, 2",
            "brsh 107f",
            "rjmp 112f",
            "107:",
            "movw r4, r2",
            "movw r6, r2",
            "movw r8, r2",
            "mov r11, r10",
            "mov r12, r10",
            "mov r13, r10",
            "cpi r17, 2",
            "brne 108f",
            "rjmp 109f",
            "108:",
            four!("1", "2", "3"),
            "109:",
            four!("2", "4", "6"),
            // One alone.
            "112:",
            "mov r24, r15",
            "113:",
            "lpm r17, Z+",
            "ld r16, Y",
            term!("r2", "r3", "64", "54"),
            "add r28, r26",
            "adc r29, r27",
            "dec r24",
            "brne 113b",
            "add r28, r18",
            "adc r29, r19",
            "dec r14",
            "brne 112b",
            "rjmp 120f",
            carry!("r10", "64", "54"),
            "120:",
            frame!(),
            "ldd r19, Y+{count}",
            "ldd r24, Y+{units}",
            "ldd r14, Y+{units}+1",
            "ldd r26, Y+{to}",
            "ldd r27, Y+{to}+1",
            "movw r28, r26",
            // Each takes the same multiplier.
            outputs!("st Y, r16\nadd r28, r24\nadc r29, r14\n", "sbiw r30, 5\n"),
            "rjmp 121f",
            rare_outputs!(),
            "121:",
            "movw r26, r28",
            frame!(),
            "std Y+{to}, r26",
            "std Y+{to}+1, r27",
            "ldd r16, Y+{left}+1",
            "tst r16",
            "breq 122f",
            "rjmp 106b",
            "122:",
            "ldd r16, Y+{left}",
            "dec r16",
            "std Y+{left}, r16",
            "breq 123f",
            "rjmp 105b",
            "123:",
            "std Y+{stream}, r30",
            "std Y+{stream}+1, r31",
            "ldd r26, Y+{left_units}",
            "ldd r27, Y+{left_units}+1",
            "sbiw r26, 1",
            "std Y+{left_units}, r26",
            "std Y+{left_units}+1, r27",
            "breq 124f",
            "rjmp 101b",
            // The memory back, in one step for who interrupts.
            "124:",
            "pop r29",
            "pop r28",
            "ldd r26, Y+{size}",
            "ldd r27, Y+{size}+1",
            "in r28, 0x3d",
            "in r29, 0x3e",
            "add r28, r26",
            "adc r29, r27",
            "in r0, 0x3f",
            "cli",
            "out 0x3e, r29",
            "out 0x3f, r0",
            "out 0x3d, r28",
            "pop r29",
            "pop r28",
            "clr r1",
            stream = const offset_of!(Frame, stream),
            input = const offset_of!(Frame, input),
            output = const offset_of!(Frame, output),
            to = const offset_of!(Frame, to),
            units = const offset_of!(Frame, units),
            left_units = const offset_of!(Frame, left_units),
            channels = const offset_of!(Frame, channels),
            used = const offset_of!(Frame, used),
            skip = const offset_of!(Frame, skip),
            size = const offset_of!(Frame, size),
            copy = const offset_of!(Frame, copy),
            inside = const offset_of!(Frame, inside),
            row = const offset_of!(Frame, row),
            at = const offset_of!(Frame, at),
            next_row = const offset_of!(Frame, next_row),
            jump = const offset_of!(Frame, jump),
            rows = const offset_of!(Frame, rows),
            columns = const offset_of!(Frame, columns),
            gap = const offset_of!(Frame, gap),
            taps = const offset_of!(Frame, taps),
            dilation = const offset_of!(Frame, dilation),
            stride = const offset_of!(Frame, stride),
            outputs = const offset_of!(Frame, outputs),
            left = const offset_of!(Frame, left),
            count = const offset_of!(Frame, count),
            padding = const offset_of!(Frame, padding),
            inout("X") frame => _,
            out("Z") _,
            in("r20") half as u8,
            in("r21") (half >> 8) as u8,
            in("r22") factor,
            in("r23") zero_point,
            out("r2") _, out("r3") _, out("r4") _, out("r5") _, out("r6") _, out("r7") _,
            out("r8") _, out("r9") _, out("r10") _, out("r11") _, out("r12") _, out("r13") _,
            out("r14") _, out("r15") _, out("r16") _, out("r17") _, out("r18") _, out("r19") _,
            out("r24") _, out("r25") _,
        );
    }
}
