//! Windows of 3x3 on an image of one channel: see [`crate::inner::portable::plane_of_3x3`].
//!
//! All units of a row of outputs are done before the next row, and all outputs of a unit in a row one after the other, with
//! its nine weights in registers. If there is padding, the three rows that windows see are copied between it first, so that
//! no window knows of a border.
//!
//! Registers: the weights in `r17` to `r25`, an input in `r16`, the sum in `r2` to `r4` as [`super::units`] has it, the units
//! in `r5`, two bytes of the bias in `r6` and `r7`, those of the multiplier in `r8` and `r9`, the outputs that are left in
//! `r10`, in `r12` how far it is to the next row of a window and in `r13` back to the next window, in `r14` the factor, zero
//! in `r15`, in `X` the input, in `Z` the output, and in `Y` a [`Frame`] with what does not fit.
//!
//! Bound: a product takes 2 cycles to multiply, 2 to add, 1 to see that nothing went over and 2 for its input, nine of them
//! and what moves on 69, and an output 117 together: 13 for each product. By counting, a unit takes 76 for each row beside
//! that, and a padded row about 30 and 8 for each column that is copied. A sum that goes over takes 7 more, and outputs near
//! the next one about 100, 5 of 128 with one bit below the byte.
//!
//! What does not help, by counting:
//!
//! - Sums of three windows at once, for which each input is read once: as many cycles as inputs take go to the carries of
//!   sums that are not done, and to what keeps borders apart.
//! - Units side by side, each of whose weights is read once for a window: 3 for each weight, and 12 for constants.

use super::units::StreamOutput;
use crate::inner::flash::Flash;
use crate::inner::known_product;
use crate::inner::portable::{RowMemory, RowOrder, RowTaps, STREAM_BIAS, STREAM_SCALE};
use core::arch::asm;
use core::mem::offset_of;

/// Bytes of a unit in the stream.
const UNIT: usize = 9 + STREAM_BIAS + STREAM_SCALE;

/// In [`Frame::outside`]: the first row of windows is padding, the last row, the first column, the last column.
const FIRST: u8 = 1;
const LAST: u8 = 1 << 1;
const LEFT: u8 = 1 << 2;
const RIGHT: u8 = 1 << 3;
/// Rows are copied.
const COPY: u8 = 1 << 4;

/// What the loop needs to know. It writes the first fields, and moves the pointers on.
#[repr(C)]
struct Frame {
    /// The upper byte of a bias.
    bias: u8,
    /// The next unit, and where windows begin.
    stream: *const i8,
    seen: *const i8,
    left_units: u8,
    half: u8,
    limit: u8,
    zero_point: u8,
    factor: u8,
    units: u8,
    outputs: u8,
    columns: u8,
    padding: i8,
    /// From one row of a window to the next, less two; and from the end of a window back to the next one.
    line: u8,
    back: u8,
    /// From behind a row of outputs of a unit back to that of the next unit.
    to_unit: usize,
    start: *const i8,
    /// The first row of windows, be it padding.
    image: *const i8,
    output: *mut i8,
    /// From one row of outputs to the next, in the image and in the output.
    next: [usize; 2],
    rows: u8,
    /// What is padding, of the row that is done, of others, and of the last one.
    outside: u8,
    others: u8,
    end: u8,
    /// Of the copy, and where it is.
    size: usize,
    copy: *const i8,
}

/// As [`crate::inner::portable::plane_of_3x3`].
#[inline(always)] // what is known of a layer is worked out while its program is compiled
pub fn plane_of_3x3(
    stream: Flash<'_, i8>,
    taps: &RowTaps,
    order: RowOrder,
    memory: RowMemory<'_>,
    to: StreamOutput,
) {
    let places = Places::new(memory, order);
    let units = taps.multiplier.into();
    if taps.fits_plane() && taps.plane_holds(places.lens) && known_product(UNIT, units) <= stream.len() {
        // SAFETY: the stream has all units, the image all rows that are seen, and `output` room for its own.
        #[allow(unsafe_code)]
        unsafe {
            each_row(&mut Frame::new(stream, taps, &places, to));
        }
    }
}

/// Where rows are read and written.
struct Places {
    image: *const i8,
    output: *mut i8,
    /// Elements of the image and of the output that are there.
    lens: [usize; 2],
    /// Whether the last row is the first that is done.
    backward: bool,
}

impl Places {
    #[inline(always)]
    fn new(memory: RowMemory<'_>, RowOrder { backward, .. }: RowOrder) -> Self {
        match memory {
            RowMemory::Apart { image, output } => Self {
                image: image.as_ptr(),
                lens: [image.len(), output.len()],
                output: output.as_mut_ptr(),
                backward,
            },
            RowMemory::Shared { memory, image, output } => {
                let lens = [image, output].map(|at| memory.len().saturating_sub(at));
                let start = memory.as_mut_ptr();
                let image = start.wrapping_add(image).cast_const();
                Self { image, output: start.wrapping_add(output), lens, backward }
            }
        }
    }
}

impl Frame {
    #[inline(always)] // as above
    fn new(stream: Flash<'_, i8>, taps: &RowTaps, places: &Places, to: StreamOutput) -> Self {
        let &RowTaps { columns, outputs, stride, left, multiplier: units, rows, step, first, last, .. } =
            taps;
        let flag = |is_set, flag| if is_set { flag } else { 0 };
        let (is_padded, right) = (taps.is_padded(), taps.plane_right());
        let others = flag(is_padded, COPY) | flag(left, LEFT) | flag(right, RIGHT);
        let (top, bottom) = (others | flag(first, FIRST), others | flag(last, LAST));
        let width = columns.wrapping_add(left.into()).wrapping_add(right.into());
        // In pieces of four.
        let size = if is_padded { known_product(3, width.into()).wrapping_add(3) & !3 } else { 0 };
        let (line, len) = (usize::from(columns), known_product(outputs.into(), units.into()));
        let mut frame = Self {
            bias: 0,
            stream: stream.start(),
            seen: places.image,
            left_units: 0,
            half: to.half as u8,
            limit: limit(to.factor),
            zero_point: to.zero_point,
            factor: to.factor,
            units,
            outputs,
            columns,
            padding: taps.padding,
            line: width.wrapping_sub(2),
            back: width.wrapping_add(width).wrapping_add(2).wrapping_sub(stride),
            to_unit: len.wrapping_sub(1),
            start: stream.start(),
            image: if first { places.image.wrapping_sub(line) } else { places.image },
            output: places.output,
            next: [known_product(step.into(), line), len],
            rows,
            outside: if rows == 1 { top | bottom } else { top },
            others,
            end: bottom,
            size,
            copy: places.image,
        };
        if places.backward {
            let last = rows.wrapping_sub(1).into();
            frame.image = frame.image.wrapping_add(known_product(last, frame.next[0]));
            frame.output = frame.output.wrapping_add(known_product(last, frame.next[1]));
            frame.next = frame.next.map(usize::wrapping_neg);
            frame.end = top;
            if rows != 1 {
                frame.outside = bottom;
            }
        }
        frame
    }
}

/// 256 less five times the factor, as where outputs of [`super::units`] are.
#[inline(always)]
fn limit(factor: u8) -> u8 {
    if factor < 64 { (factor << 2).wrapping_add(factor).wrapping_neg() } else { 0 }
}

/// One product: see [`super::dot`]. What tells of an overflow is at a label, and comes back to one.
macro_rules! term {
    ($weight:literal, $at:literal, $overflow:literal, $back:literal) => {
        concat!(
            "ld r16, ",
            $at,
            "\n",
            "muls ",
            $weight,
            ", r16\n",
            "add r2, r0\n",
            "adc r3, r1\n",
            "brvs ",
            $overflow,
            "\n",
            $back,
            ":\n",
        )
    };
}

/// Behind an overflow: a sum that truly is positive or zero went over the top, another over the bottom.
macro_rules! carry {
    ($overflow:literal, $back:literal) => {
        concat!(
            $overflow,
            ":\n",
            "brge 8f\n",
            "dec r4\n",
            "dec r4\n",
            "8:\n",
            "inc r4\n",
            "rjmp ",
            $back,
            "\n",
        )
    };
}

/// To the next row of a window.
macro_rules! next_line {
    () => {
        "add r26, r12\nadc r27, r15\n"
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

/// Moves a pointer to the next row.
macro_rules! next_of_row {
    ($pointer:literal, $by:literal) => {
        concat!(
            "ldd r26, Y+",
            $pointer,
            "\nldd r27, Y+",
            $pointer,
            "+1\n",
            "ldd r0, Y+",
            $by,
            "\nadd r26, r0\n",
            "ldd r0, Y+",
            $by,
            "+1\nadc r27, r0\n",
            "std Y+",
            $pointer,
            ", r26\nstd Y+",
            $pointer,
            "+1, r27\n",
        )
    };
}

/// All rows.
///
/// # Safety
///
/// All that the frame points to is there.
#[allow(unsafe_code)]
#[inline(never)]
unsafe fn each_row(frame: *mut Frame) {
    // SAFETY: reads and writes what the caller promises, and the stack below what it points to; that is left as it was.
    unsafe {
        asm!(
            "push r28",
            "push r29",
            "movw r28, r26",
            "clr r15",
            "ldd r5, Y+{units}",
            "ldd r12, Y+{line}",
            "ldd r13, Y+{back}",
            "ldd r14, Y+{factor}",
            // Memory for the copy.
            "ldd r26, Y+{size}",
            "ldd r27, Y+{size}+1",
            "rjmp 2f",
            "1:",
            "push r15",
            "push r15",
            "push r15",
            "push r15",
            "2:",
            "sbiw r26, 4",
            "brcc 1b",
            "in r26, 0x3d",
            "in r27, 0x3e",
            "adiw r26, 1",
            "std Y+{copy}, r26",
            "std Y+{copy}+1, r27",
            // A row.
            "100:",
            "ldd r26, Y+{image}",
            "ldd r27, Y+{image}+1",
            "ldd r16, Y+{outside}",
            "sbrs r16, 4",
            "rjmp 101f",
            "ldd r17, Y+{padding}",
            "ldd r30, Y+{copy}",
            "ldd r31, Y+{copy}+1",
            "bst r16, 0",
            "rcall 700f",
            "clt",
            "rcall 700f",
            "bst r16, 1",
            "rcall 700f",
            "ldd r26, Y+{copy}",
            "ldd r27, Y+{copy}+1",
            "101:",
            "std Y+{seen}, r26",
            "std Y+{seen}+1, r27",
            "ldd r16, Y+{start}",
            "std Y+{stream}, r16",
            "ldd r16, Y+{start}+1",
            "std Y+{stream}+1, r16",
            "ldd r30, Y+{output}",
            "ldd r31, Y+{output}+1",
            "mov r16, r5",
            // A unit: its constants.
            "3:",
            "std Y+{left_units}, r16",
            "movw r2, r30",
            "ldd r30, Y+{stream}",
            "ldd r31, Y+{stream}+1",
            "lpm r6, Z+",
            "lpm r7, Z+",
            "lpm r0, Z+",
            "std Y+{bias}, r0",
            "lpm r17, Z+",
            "lpm r18, Z+",
            "lpm r19, Z+",
            "lpm r20, Z+",
            "lpm r21, Z+",
            "lpm r22, Z+",
            "lpm r23, Z+",
            "lpm r24, Z+",
            "lpm r25, Z+",
            "lpm r8, Z+",
            "lpm r9, Z+",
            "adiw r30, 3",
            "std Y+{stream}, r30",
            "std Y+{stream}+1, r31",
            "movw r30, r2",
            "ldd r26, Y+{seen}",
            "ldd r27, Y+{seen}+1",
            "ldd r10, Y+{outputs}",
            "rjmp 10f",
            carry!("60", "70f"),
            carry!("61", "71f"),
            carry!("62", "72f"),
            carry!("63", "73f"),
            carry!("64", "74f"),
            carry!("65", "75f"),
            carry!("66", "76f"),
            carry!("67", "77f"),
            carry!("68", "78f"),
            // An output.
            "10:",
            "movw r2, r6",
            "ldd r4, Y+{bias}",
            term!("r17", "X+", "60b", "70"),
            term!("r18", "X+", "61b", "71"),
            term!("r19", "X", "62b", "72"),
            next_line!(),
            term!("r20", "X+", "63b", "73"),
            term!("r21", "X+", "64b", "74"),
            term!("r22", "X", "65b", "75"),
            next_line!(),
            term!("r23", "X+", "66b", "76"),
            term!("r24", "X+", "67b", "77"),
            term!("r25", "X", "68b", "78"),
            "sub r26, r13",
            "sbc r27, r15",
            "tst r4",
            "brne 40f",
            // The complement of a negative sum is one less than its magnitude. What it leads to is not above the zero point.
            "bst r3, 7",
            "brtc 31f",
            "ldd r16, Y+{zero_point}",
            "tst r16",
            "breq 23f",
            "com r2",
            "com r3",
            "31:",
            "ldd r11, Y+{half}",
            "mul r3, r8",
            // This leaves no byte, since the magnitude has 15 bits.
            "add r11, r1",
            "mul r2, r9",
            "add r11, r1",
            "clr r16",
            "adc r16, r16",
            "mul r3, r9",
            "add r11, r0",
            "adc r16, r1",
            "32:",
            "mul r16, r14",
            "mov r16, r0",
            "tst r1",
            "brne 45f",
            "mul r11, r14",
            "ldd r11, Y+{limit}",
            "cp r0, r11",
            "brsh 48f",
            "or r16, r1",
            "22:",
            "ldd r11, Y+{zero_point}",
            "brts 44f",
            "add r16, r11",
            "brcs 46f",
            "23:",
            "subi r16, 0x80",
            "st Z, r16",
            "add r30, r5",
            "adc r31, r15",
            "dec r10",
            "breq 24f",
            "rjmp 10b",
            // What is rare.
            "44:",
            "sub r11, r16",
            "mov r16, r11",
            "brcc 23b",
            "clr r16",
            "rjmp 23b",
            // What leaves the byte leaves every range.
            "45:",
            "ldi r16, 0xff",
            "rjmp 22b",
            "46:",
            "ldi r16, 0xff",
            "rjmp 23b",
            // A sum that leaves two bytes with its sign: most have a magnitude of two.
            "40:",
            "sbrc r3, 7",
            "dec r4",
            "bst r4, 7",
            "brtc 41f",
            "ldd r16, Y+{zero_point}",
            "tst r16",
            "breq 23b",
            "com r2",
            "com r3",
            "com r4",
            "41:",
            "tst r4",
            "brne 48f",
            "ldd r11, Y+{half}",
            "clr r16",
            "mul r3, r8",
            "add r11, r1",
            "adc r16, r15",
            "mul r2, r9",
            "add r11, r1",
            "adc r16, r15",
            "mul r3, r9",
            "add r11, r0",
            "adc r16, r1",
            "brcs 45b",
            "rjmp 32b",
            "48:",
            "rjmp 50f",
            // The next unit.
            "24:",
            "ldd r0, Y+{to_unit}",
            "sub r30, r0",
            "ldd r0, Y+{to_unit}+1",
            "sbc r31, r0",
            "ldd r16, Y+{left_units}",
            "dec r16",
            "breq 25f",
            "rjmp 3b",
            // The next row.
            "25:",
            "ldd r16, Y+{rows}",
            "dec r16",
            "brne 26f",
            "rjmp 99f",
            "26:",
            "std Y+{rows}, r16",
            "ldd r0, Y+{others}",
            "dec r16",
            "brne 27f",
            "ldd r0, Y+{end}",
            "27:",
            "std Y+{outside}, r0",
            next_of_row!("{image}", "{next}"),
            next_of_row!("{output}", "{next}+2"),
            "rjmp 100b",
            // A row of the copy, of padding if T is set.
            "700:",
            "ldd r18, Y+{columns}",
            "sbrc r16, 2",
            "st Z+, r17",
            "brts 702f",
            "701:",
            "ld r0, X+",
            "st Z+, r0",
            "dec r18",
            "brne 701b",
            "rjmp 703f",
            "702:",
            "add r26, r18",
            "adc r27, r15",
            "704:",
            "st Z+, r17",
            "dec r18",
            "brne 704b",
            "703:",
            "sbrc r16, 3",
            "st Z+, r17",
            "ret",
            // All of the product of a magnitude, whose complement is there if the sum is negative.
            "50:",
            "brtc 49f",
            "sec",
            "adc r2, r15",
            "adc r3, r15",
            "adc r4, r15",
            "49:",
            "push r17",
            "push r18",
            "push r19",
            "push r30",
            "push r31",
            "ldd r30, Y+{stream}",
            "ldd r31, Y+{stream}+1",
            "sbiw r30, 3",
            "lpm r19, Z+",
            "lpm r17, Z+",
            "lpm r18, Z+",
            "ldd r11, Y+{half}",
            "clr r31",
            // What some multipliers have below their lowest byte.
            "mov r16, r17",
            "swap r16",
            "andi r16, 0xf0",
            "breq 52f",
            "mul r2, r16",
            "mov r30, r1",
            "mul r3, r16",
            "add r30, r0",
            "adc r17, r1",
            "adc r18, r31",
            "adc r11, r31",
            add_partial!("r4", "r16", "r17", "r18", "r11"),
            "mul r2, r19",
            "add r30, r0",
            "adc r17, r31",
            "adc r18, r31",
            "adc r11, r31",
            "52:",
            "mov r16, r19",
            "clr r19",
            "clr r30",
            "mul r2, r16",
            "add r17, r1",
            "adc r18, r31",
            "adc r11, r31",
            add_partial!("r2", "r8", "r17", "r18", "r11"),
            add_partial!("r3", "r16", "r17", "r18", "r11"),
            add_partial!("r2", "r9", "r18", "r11", "r19"),
            add_partial!("r3", "r8", "r18", "r11", "r19"),
            add_partial!("r3", "r9", "r11", "r19", "r30"),
            "tst r4",
            "breq 51f",
            add_partial!("r4", "r16", "r18", "r11", "r19"),
            "adc r30, r31",
            add_partial!("r4", "r8", "r11", "r19", "r30"),
            "mul r4, r9",
            "add r19, r0",
            "adc r30, r1",
            "51:",
            "mul r11, r14",
            "mov r16, r1",
            "mul r19, r14",
            "or r16, r0",
            "or r1, r30",
            "breq 8f",
            "ldi r16, 0xff",
            "8:",
            "pop r31",
            "pop r30",
            "pop r19",
            "pop r18",
            "pop r17",
            "rjmp 22b",
            // Memory is free again.
            "99:",
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
            bias = const offset_of!(Frame, bias),
            stream = const offset_of!(Frame, stream),
            seen = const offset_of!(Frame, seen),
            left_units = const offset_of!(Frame, left_units),
            half = const offset_of!(Frame, half),
            limit = const offset_of!(Frame, limit),
            zero_point = const offset_of!(Frame, zero_point),
            factor = const offset_of!(Frame, factor),
            units = const offset_of!(Frame, units),
            outputs = const offset_of!(Frame, outputs),
            columns = const offset_of!(Frame, columns),
            padding = const offset_of!(Frame, padding),
            line = const offset_of!(Frame, line),
            back = const offset_of!(Frame, back),
            to_unit = const offset_of!(Frame, to_unit),
            start = const offset_of!(Frame, start),
            image = const offset_of!(Frame, image),
            output = const offset_of!(Frame, output),
            next = const offset_of!(Frame, next),
            rows = const offset_of!(Frame, rows),
            outside = const offset_of!(Frame, outside),
            others = const offset_of!(Frame, others),
            end = const offset_of!(Frame, end),
            size = const offset_of!(Frame, size),
            copy = const offset_of!(Frame, copy),
            inout("X") frame => _,
            out("Z") _,
            out("r2") _, out("r3") _, out("r4") _, out("r5") _, out("r6") _, out("r7") _,
            out("r8") _, out("r9") _, out("r10") _, out("r11") _, out("r12") _, out("r13") _,
            out("r14") _, out("r15") _, out("r16") _, out("r17") _, out("r18") _, out("r19") _,
            out("r20") _, out("r21") _, out("r22") _, out("r23") _, out("r24") _, out("r25") _,
        );
    }
}
