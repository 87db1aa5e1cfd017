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
//! `r19` from behind a row to the next one. Outputs take what those of [`super::units`] do. A [`Frame`] has what does not
//! fit; on top of the stack is where it is.
//!
//! Bound: 3 cycles for a weight, 5 for the next column, and for each of four products 2 for an input, 2 to multiply, 2 to
//! add and 1 to see that nothing went over: 9 for each product. Where columns lie side by side, an input meets two weights,
//! and it is 7.6. Two outputs by themselves take 12 for each product, and one takes 15. By counting, a row of a window
//! takes about 7, four outputs about 105 beside what each takes in [`super::units`], an element of the copy 7.5, and a byte
//! of its memory 3. So windows of few taps are bound by their outputs: those of three taps take about 25 for each product
//! beside it. A call takes about 2000, most of it in Rust, and where memory is shared with the input, each row is one.
//! With `cargo run -p on-target -- --board atmega328p depthwise` whole layers are measured.
//!
//! What does not help, by counting:
//!
//! - Weights that are copied as well: one cycle of 36 for four products, and nothing is left to point to them with.
//! - Two weights at a time where columns are not side by side: of windows two apart none of eight inputs is the same, and
//!   0.6 of 9 cycles is saved.
//! - Channels side by side, without a copy: 11.25 for each product, and what Rust does for each pixel.

mod terms;

use self::terms::{count, four, frame, next, over, term};
use super::units::{StreamOutput, add_partial, limit, outputs, rare_outputs};
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
    /// Outputs that are done at once, and the most that are.
    count: u8,
    most: u8,
    padding: i8,
}

/// As [`crate::inner::portable::windows`].
#[inline(never)] // one copy serves a program
pub fn windows(stream: Flash<'_, i8>, taps: &WindowTaps<'_>, output: &mut [i8], to: StreamOutput) {
    let &WindowTaps { image, ref y, ref x, line, channels, units, padding } = taps;
    let Some(sizes) = taps.sizes() else { return };
    if sizes.image > image.len() || sizes.output != output.len() || sizes.stream > stream.len() {
        return;
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
            "push r16",
            "push r16",
            "push r16",
            "sbiw r26, 4",
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
            // Two columns at a time, and of an odd number first the second of a pair.
            "102:",
            "mov r24, r15",
            "lsr r24",
            "brcc 103f",
            "inc r24",
            "rjmp 2f",
            "103:",
            "ld r16, X",
            "add r26, r18",
            "adc r27, r19",
            "st Z+, r16",
            "2:",
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
            // Some outputs of it: as many as are done at once, or what is left over.
            "106:",
            "ldd r16, Y+{left}+1",
            "ldd r24, Y+{most}",
            "cp r16, r24",
            "brsh 2f",
            "mov r24, r16",
            "2:",
            "std Y+{count}, r24",
            "sub r16, r24",
            "std Y+{left}+1, r16",
            "ldd r17, Y+{stride}",
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
            "movw r4, r2",
            "mov r11, r10",
            "cpi r24, 3",
            "brsh 2f",
            "cpi r24, 1",
            "breq 3f",
            "rjmp 109f",
            "3:",
            "rjmp 114f",
            "2:",
            "movw r6, r2",
            "movw r8, r2",
            "mov r12, r10",
            "mov r13, r10",
            "cpi r17, 1",
            "brne 119f",
            "cpi r26, 1",
            "brne 104f",
            "mov r24, r15",
            "lsr r24",
            "breq 104f",
            "mov r15, r24",
            "movw r26, r18",
            "sbc r19, r19",
            "rjmp 115f",
            "104:",
            four!("1", "2", "3"),
            "119:",
            four!("2", "4", "6"),
            // Side by side: two weights at a time. Of an odd number, which r19 tells, one more.
            "115:",
            "mov r24, r15",
            "116:",
            "lpm r17, Z+",
            "lpm r18, Z+",
            "ld r16, Y",
            term!("r17", a, "0"),
            "ldd r16, Y+1",
            term!("r17", b, "1"),
            term!("r18", a, "2"),
            "ldd r16, Y+2",
            term!("r17", c, "3"),
            term!("r18", b, "4"),
            "ldd r16, Y+3",
            term!("r17", d, "5"),
            term!("r18", c, "6"),
            "ldd r16, Y+4",
            term!("r18", d, "7"),
            "adiw r28, 2",
            "dec r24",
            "brne 116b",
            "sbrc r19, 0",
            "rjmp 118f",
            "117:",
            "add r28, r26",
            "adc r29, r27",
            "dec r14",
            "brne 115b",
            "rjmp 120f",
            over!("0", "110"),
            over!("1", "111"),
            over!("2", "110"),
            over!("3", "112"),
            over!("4", "111"),
            over!("5", "113"),
            over!("6", "112"),
            over!("7", "113"),
            "118:",
            "lpm r17, Z+",
            "ld r16, Y+",
            term!("r17", a, "0"),
            "ld r16, Y",
            term!("r17", b, "1"),
            "ldd r16, Y+1",
            term!("r17", c, "2"),
            "ldd r16, Y+2",
            term!("r17", d, "3"),
            "rjmp 117b",
            over!("0", "110"),
            over!("1", "111"),
            over!("2", "112"),
            over!("3", "113"),
            count!("110", "r10"),
            count!("111", "r11"),
            count!("112", "r12"),
            count!("113", "r13"),
            // Two, however far apart.
            "109:",
            "movw r8, r26",
            "movw r26, r28",
            "add r26, r17",
            "adc r27, r9",
            "107:",
            "mov r24, r15",
            "108:",
            "lpm r17, Z+",
            "ld r16, Y",
            term!("r17", a, "0"),
            "ld r16, X",
            term!("r17", b, "1"),
            next!("108", "107", ["r28", "r29", "r26", "r27"], ["r8", "r9"], ["r18", "r19"]),
            "rjmp 120f",
            over!("0", "110"),
            over!("1", "111"),
            // One alone.
            "114:",
            "mov r24, r15",
            "108:",
            "lpm r17, Z+",
            "ld r16, Y",
            term!("r17", a, "0"),
            next!("108", "114", ["r28", "r29"], ["r26", "r27"], ["r18", "r19"]),
            "rjmp 120f",
            over!("0", "110"),
            count!("110", "r10"),
            count!("111", "r11"),
            "120:",
            frame!(),
            "ldd r19, Y+{count}",
            "ldd r24, Y+{units}",
            "ldd r14, Y+{units}+1",
            "ldd r26, Y+{to}",
            "ldd r27, Y+{to}+1",
            "movw r28, r26",
            // Each takes the same multiplier.
            outputs!("st Y, r16\nadd r28, r24\nadc r29, r14\n", "46b"),
            "rjmp 121f",
            rare_outputs!("push r14\npush r24\n", "pop r24\npop r14\n"),
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
            most = const offset_of!(Frame, most),
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
