//! Units side by side: see [`crate::inner::portable::units_of_runs`].
//!
//! Registers: the sums of a block in `r2` to `r13`, for each unit two bytes that count as signed and one that counts how
//! often these went over the top, less how often over the bottom; an input in `r16`, a weight in `r17`; in `X` the input,
//! in `Z` the stream, in `Y` the output, in `r14` and `r15` the list of runs, and what the outputs have in common in
//! `r20` to `r23`. The number of blocks is on the stack while outputs are made, which take all that is left.
//!
//! Bound: 3 cycles for a weight, 2 to multiply, 2 to add, 1 to see that nothing went over, for every fourth product 2 for
//! an input, and for every eighth 3 for the loop: 8.875 by counting, where a unit alone takes 13. A sum that does go over
//! takes 8 more.
//!
//! Outputs take 50 to 56 by counting, of which 8 are for their constants and 12 for the three products that tell nearly
//! all of them apart, and about 110 if a sum has a third byte, or if what the three leave out could matter: that is so for
//! 5 of 256 where outputs are whole bytes of the product, and for 5 of 128 with one more bit of it. With
//! `cargo run -p on-target -- --board atmega328p layers` whole layers are measured, and with `outputs` the last step is
//! checked.
//!
//! What does not help, by counting:
//!
//! - Bytes of the sums that are added with a carry and the sign instead of a branch: one cycle more for each product.
//! - Weights with 128 added, which are multiplied as unsigned: as many cycles for a product, and each row of inputs has to be
//!   summed up once more.
//! - A constant for each sign in place of the magnitude: as many cycles for positive sums, and more for negative ones.
//! - Multipliers of 20 bits: they take as many products of bytes as those of 24.
//! - Multipliers with which no bits have to be shifted: those of 24 bits would leave too few for scales between powers of
//!   256, and one more byte takes two more products.

use crate::inner::flash::Flash;
use crate::inner::portable::{MAX_RUN, PADDING, RUNS_OF_ROW, SIDE_BY_SIDE, STREAM_BIAS, STREAM_SCALE};
use crate::inner::product;
use core::arch::asm;
use core::marker::PhantomData;

/// As [`crate::inner::portable::Runs`].
#[derive(Debug)]
pub struct Runs<'a, const N: usize> {
    list: [Run; N],
    len: Len,
    inputs: PhantomData<&'a [i8]>,
}

/// Entries of a list of runs, and elements of all of them.
#[derive(Clone, Copy, Debug)]
struct Len {
    runs: usize,
    terms: usize,
    /// Elements behind each of them, but those on the padding.
    behind: usize,
}

/// What [`Len::behind`] is of no runs.
const MAX_BEHIND: usize = usize::MAX;

/// In the number of times of a run on the padding.
const PADS: u8 = 0x80;

/// A run, or behind the last one, zero times nothing.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
struct Run {
    times: u8,
    len: u8,
    start: *const i8,
}

/// The end of a list.
const END: Run = Run { times: 0, len: 0, start: core::ptr::null() };

impl<'a, const N: usize> Runs<'a, N> {
    /// See [`crate::inner::portable::Runs::none`].
    #[inline(always)]
    pub fn none() -> Self {
        Self { list: [END; N], len: Len { runs: 0, terms: 0, behind: MAX_BEHIND }, inputs: PhantomData }
    }

    /// See [`crate::inner::portable::Runs::clear`].
    #[inline(always)]
    pub fn clear(&mut self) {
        self.len = Len { runs: 0, terms: 0, behind: MAX_BEHIND };
        if let Some(first) = self.list.first_mut() {
            *first = END;
        }
    }

    /// See [`crate::inner::portable::Runs::push`].
    #[inline(always)]
    pub fn push(&mut self, from: &'a [i8], len: usize) {
        self.len = add(&mut self.list, self.len, from, len);
    }

    /// See [`crate::inner::portable::Runs::repeat`].
    #[inline(always)]
    pub fn repeat(&mut self, padding: &'a [i8; PADDING], terms: usize) {
        self.len = repeat(&mut self.list, self.len, padding, terms);
    }

    /// See [`crate::inner::portable::Runs::advance`].
    #[inline(always)]
    pub fn advance(&mut self, step: usize) -> bool {
        if step > self.len.behind {
            return false;
        }
        self.len.behind = self.len.behind.wrapping_sub(step);
        advance(&mut self.list, self.len.runs, step);
        true
    }
}

/// Adds a run, in pieces whose numbers are bytes, and the end.
#[inline(never)] // one copy serves a program
fn add(list: &mut [Run], mut len: Len, from: &[i8], terms: usize) -> Len {
    let Some(behind) = from.len().checked_sub(terms) else {
        return len;
    };
    len.behind = len.behind.min(behind);
    let (mut start, mut left) = (from.as_ptr(), terms);
    while left > MAX_RUN {
        len = put(list, len, Run { times: 1, len: MAX_RUN as u8, start }, MAX_RUN);
        start = start.wrapping_add(MAX_RUN);
        left = left.wrapping_sub(MAX_RUN);
    }
    if left != 0 {
        len = put(list, len, Run { times: 1, len: left as u8, start }, left);
    }
    len
}

/// Adds so much of the padding, and the end.
#[inline(never)] // one copy serves a program
fn repeat(list: &mut [Run], mut len: Len, padding: &[i8; PADDING], terms: usize) -> Len {
    const WHOLE: usize = !(PADDING - 1);
    let start = padding.as_ptr();
    let mut left = terms;
    while left >= PADDING {
        let some = (left & WHOLE).min(MAX_RUN & WHOLE);
        let times = ((some as u8) / (PADDING as u8)) | PADS;
        len = put(list, len, Run { times, len: PADDING as u8, start }, some);
        left = left.wrapping_sub(some);
    }
    if left != 0 {
        len = put(list, len, Run { times: 1 | PADS, len: left as u8, start }, left);
    }
    len
}

/// Adds a run of so many terms, and the end, if there is room.
#[inline(always)]
fn put(list: &mut [Run], len: Len, next: Run, terms: usize) -> Len {
    let Some([run, end]) = list.get_mut(len.runs..).and_then(|rest| rest.first_chunk_mut()) else {
        return len;
    };
    *run = next;
    *end = END;
    Len { runs: len.runs.wrapping_add(1), terms: len.terms.wrapping_add(terms), ..len }
}

/// Moves so many runs on, but those on the padding. Behind each there are as many elements.
#[inline(never)] // one copy serves a program
fn advance(list: &mut [Run], runs: usize, step: usize) {
    for run in list.iter_mut().take(runs) {
        if run.times & PADS == 0 {
            run.start = run.start.wrapping_add(step);
        }
    }
}

/// As [`crate::inner::portable::units_of_runs`].
#[inline(always)]
pub fn units_of_runs<const N: usize>(
    stream: Flash<'_, i8>,
    runs: &Runs<'_, N>,
    output: &mut [i8],
    to: StreamOutput,
) {
    units_of_list(stream, &runs.list, runs.len.terms, output, to);
}

/// As [`crate::inner::portable::units_of_row`].
#[inline(always)]
pub fn units_of_row(stream: Flash<'_, i8>, input: &[i8], output: &mut [i8], to: StreamOutput) {
    let (len, start) = (input.len() as u8, input.as_ptr());
    if usize::from(len) == input.len() {
        units_of_list(stream, &[Run { times: 1, len, start }, END], input.len(), output, to);
    } else {
        units_of_long_row(stream, input, output, to);
    }
}

/// The same for a row of more than one run.
#[inline(never)] // one copy serves a program
fn units_of_long_row(stream: Flash<'_, i8>, input: &[i8], output: &mut [i8], to: StreamOutput) {
    let mut runs = Runs::<RUNS_OF_ROW>::none();
    runs.push(input, input.len());
    units_of_runs(stream, &runs, output, to);
}

/// The same for a list with so many terms.
#[inline(never)] // one copy serves a program
fn units_of_list(stream: Flash<'_, i8>, list: &[Run], terms: usize, output: &mut [i8], to: StreamOutput) {
    let unit = terms.wrapping_add(STREAM_BIAS).wrapping_add(STREAM_SCALE);
    if terms == 0 || product(unit, output.len()) > stream.len() {
        return;
    }
    let (stream, list) = (stream.start(), list.as_ptr());
    let (blocks, rest) = (output.len() >> 2, output.len() & (SIDE_BY_SIDE - 1));
    let output = output.as_mut_ptr();
    // SAFETY: the stream has all units, and `output` room for them. The runs are slices that live, and behind the last of
    // them is one that is repeated no times.
    #[allow(unsafe_code)]
    unsafe {
        let mut at = (stream, output);
        if blocks != 0 {
            at = blocks_of_runs(at, list, blocks as u8 | 0x80, to);
        }
        if rest != 0 {
            blocks_of_runs(at, list, rest as u8, to);
        }
    }
}

/// One term of one unit: see [`super::dot`].
macro_rules! multiply_add {
    ($low:literal, $high:literal, $overflow:literal, $back:literal) => {
        concat!(
            "lpm r17, Z+\n",
            "muls r17, r16\n",
            "add ",
            $low,
            ", r0\n",
            "adc ",
            $high,
            ", r1\n",
            "brvs ",
            $overflow,
            "f\n",
            $back,
            ":\n",
        )
    };
}

/// Behind an overflow: a sum that truly is positive or zero went over the top, another over the bottom.
macro_rules! carry {
    ($carries:literal, $overflow:literal, $back:literal) => {
        concat!(
            $overflow,
            ":\n",
            "brge 8f\n",
            "dec ",
            $carries,
            "\n",
            "dec ",
            $carries,
            "\n",
            "8:\n",
            "inc ",
            $carries,
            "\n",
            "rjmp ",
            $back,
            "b\n",
        )
    };
}

/// One product of bytes, added to three bytes of the sum from the one of its weight.
macro_rules! add_partial {
    ($x:literal, $m:literal, $low:literal, $middle:literal, $high:literal) => {
        concat!(
            "mul ", $x, ", ", $m, "\n", "add ", $low, ", r0\n", "adc ", $middle, ", r1\n", "adc ", $high,
            ", r15\n",
        )
    };
}

/// What is not near the next output, as the factor in `r22` has it: see [`outputs`].
macro_rules! limit {
    ($to:literal) => {
        concat!(
            "ldi r16, 5\n",
            "mul r16, r22\n",
            "clr ",
            $to,
            "\n",
            "tst r1\n",
            "brne 8f\n",
            "sub ",
            $to,
            ", r0\n",
            "8:\n",
        )
    };
}

/// The outputs of the units of a block whose sums are in registers, each of which `$store` stores. The sums of the others
/// move to the registers of the first one by one, and go on where `$next` says: at `30` with the multiplier of the next
/// unit, or at `46` with the same.
///
/// A sum of two bytes is first multiplied without what only counts below the byte of the product that tells outputs
/// apart: of three products of bytes what is above byte 2, and a negative sum as its complement, which is one less than
/// its magnitude. What is left out is less than six in byte 3, so that it can only matter where the rest is near the next
/// output, and then everything is done as `narrow_byte` has it. There two bytes of the multiplied sum hold half of what is
/// dropped from the beginning, one of them nothing else: the upper one, if the output is above it, or else the lower.
macro_rules! outputs {
    ($store:literal, $next:literal) => {
        concat!(
            "clr r15\n",
            "30:\n",
            "lpm r17, Z+\n",
            "lpm r18, Z+\n",
            "adiw r30, 3\n",
            "46:\n",
            "tst r10\n",
            "brne 40f\n",
            "bst r3, 7\n",
            "brtc 31f\n",
            "com r2\n",
            "com r3\n",
            "31:\n",
            "movw r26, r20\n",
            "mul r3, r18\n",
            "add r26, r0\n",
            "adc r27, r1\n",
            "mul r2, r18\n",
            "add r26, r1\n",
            "adc r27, r15\n",
            "mul r3, r17\n",
            "add r26, r1\n",
            "adc r27, r15\n",
            "tst r21\n",
            "brne 32f\n",
            "mul r26, r22\n",
            "cp r0, r25\n",
            "brsh 39f\n",
            "mov r16, r1\n",
            "mul r27, r22\n",
            "or r16, r0\n",
            "tst r1\n",
            "brne 37f\n",
            "34:\n",
            "brts 36f\n",
            "add r16, r23\n",
            "brcs 37f\n",
            "35:\n",
            "subi r16, 0x80\n",
            $store,
            "dec r19\n",
            "breq 33f\n",
            "movw r2, r4\n",
            "movw r4, r6\n",
            "movw r6, r8\n",
            "mov r10, r11\n",
            "mov r11, r12\n",
            "mov r12, r13\n",
            "rjmp ",
            $next,
            "\n",
            "33:\n",
        )
    };
}

/// What is rare there, or does not lie there. `r14` and `r24` are used in between `$save` and `$restore`, which leaves the
/// flags.
macro_rules! rare_outputs {
    ($save:literal, $restore:literal) => {
        concat!(
            "32:\n",
            "cpi r26, 0xfb\n",
            "brsh 39f\n",
            "mul r27, r22\n",
            "mov r16, r1\n",
            "rjmp 34b\n",
            // What inverts a byte leaves the carry that is to be added.
            "36:\n",
            "com r16\n",
            "adc r16, r23\n",
            "brcs 35b\n",
            "rjmp 38f\n",
            // What leaves the byte leaves every range.
            "37:\n",
            "ldi r16, 0xff\n",
            "brtc 35b\n",
            "38:\n",
            "clr r16\n",
            "rjmp 35b\n",
            // All of it: the magnitude first, and the sign in T. What inverts a byte leaves the carry that is to be added.
            "39:\n",
            "brtc 42f\n",
            "sec\n",
            "rjmp 41f\n",
            "40:\n",
            "sbrc r3, 7\n",
            "dec r10\n",
            "bst r10, 7\n",
            "brtc 42f\n",
            "com r2\n",
            "com r3\n",
            "com r10\n",
            "41:\n",
            "adc r2, r15\n",
            "adc r3, r15\n",
            "adc r10, r15\n",
            "42:\n",
            $save,
            "push r25\n",
            "sbiw r30, 3\n",
            "lpm r16, Z+\n",
            "lpm r24, Z+\n",
            "lpm r25, Z+\n",
            "movw r26, r20\n",
            "clr r14\n",
            "mul r2, r16\n",
            "add r24, r1\n",
            "adc r25, r15\n",
            "adc r26, r15\n",
            add_partial!("r2", "r17", "r24", "r25", "r26"),
            add_partial!("r3", "r16", "r24", "r25", "r26"),
            add_partial!("r2", "r18", "r25", "r26", "r27"),
            add_partial!("r3", "r17", "r25", "r26", "r27"),
            add_partial!("r3", "r18", "r26", "r27", "r14"),
            "tst r10\n",
            "breq 43f\n",
            add_partial!("r10", "r16", "r25", "r26", "r27"),
            "adc r14, r15\n",
            add_partial!("r10", "r17", "r26", "r27", "r14"),
            "mul r10, r18\n",
            "add r27, r0\n",
            "adc r14, r1\n",
            "43:\n",
            "pop r25\n",
            "tst r21\n",
            "breq 44f\n",
            "mov r26, r27\n",
            "mov r27, r14\n",
            "clr r14\n",
            "44:\n",
            "mul r26, r22\n",
            "mov r16, r1\n",
            "mul r27, r22\n",
            "or r16, r0\n",
            "or r14, r1\n",
            $restore,
            "brne 45f\n",
            "rjmp 34b\n",
            "45:\n",
            "rjmp 37b\n",
        )
    };
}

/// The biases of a block.
macro_rules! biases {
    () => {
        concat!(
            "lpm r4, Z+\n",
            "lpm r5, Z+\n",
            "lpm r11, Z+\n",
            "lpm r6, Z+\n",
            "lpm r7, Z+\n",
            "lpm r12, Z+\n",
            "lpm r8, Z+\n",
            "lpm r9, Z+\n",
            "lpm r13, Z+\n",
        )
    };
}

pub(super) use {add_partial, limit, outputs, rare_outputs};

/// As [`crate::inner::portable::StreamOutput`]: half of what is dropped, a factor that brings the output to the byte
/// above, and the zero point with 128 added.
#[derive(Clone, Copy, Debug)]
pub struct StreamOutput {
    pub(super) half: u16,
    pub(super) factor: u8,
    pub(super) zero_point: u8,
}

impl StreamOutput {
    /// See [`crate::inner::portable::StreamOutput::new`].
    #[inline(always)]
    pub fn new(bits: u32, zero_point: i32) -> Self {
        let left = 40u32.wrapping_sub(bits) as u8;
        let half = 0x80u8.wrapping_shr((left & 7).into());
        let half = if left & 8 == 0 { u16::from(half) << 8 } else { half.into() };
        Self { half, factor: 1u8.wrapping_shl((left & 7).into()), zero_point: (zero_point as u8) ^ 0x80 }
    }
}

/// Blocks of units, or units alone, and what is behind them in the stream and in the output. `count` is how many, and
/// 128 more if they are blocks.
///
/// # Safety
///
/// The stream has them, the output has room for them, and the list ends with a run that is repeated no times.
#[allow(unsafe_code)]
#[inline(never)]
unsafe fn blocks_of_runs(
    (mut stream, mut output): (*const i8, *mut i8),
    list: *const Run,
    count: u8,
    to: StreamOutput,
) -> (*const i8, *mut i8) {
    let StreamOutput { half, factor, zero_point } = to;
    // SAFETY: reads and writes what the caller promises; the stack is left as it was.
    unsafe {
        asm!(
            "push r28",
            "push r29",
            "movw r28, r26",
            "push r14",
            "push r15",
            limit!("r19"),
            "1:",
            "pop r15",
            "pop r14",
            "push r14",
            "push r15",
            "lpm r2, Z+",
            "lpm r3, Z+",
            "lpm r10, Z+",
            "sbrs r25, 7",
            "rjmp 2f",
            biases!(),
            "2:",
            "movw r26, r14",
            "ld r18, X+",
            "tst r18",
            "brne 9f",
            "rjmp 20f",
            "9:",
            "andi r18, 0x7f",
            "3:",
            "ld r24, X+",
            "ld r16, X+",
            "ld r17, X+",
            "movw r14, r26",
            "movw r26, r16",
            "sbrs r25, 7",
            "rjmp 7f",
            // Two inputs at a time, and of an odd number first the second of a pair.
            "lsr r24",
            "brcc 4f",
            "inc r24",
            "rjmp 6f",
            "4:",
            "ld r16, X+",
            multiply_add!("r2", "r3", "60", "40"),
            multiply_add!("r4", "r5", "61", "41"),
            multiply_add!("r6", "r7", "62", "42"),
            multiply_add!("r8", "r9", "63", "43"),
            "6:",
            "ld r16, X+",
            multiply_add!("r2", "r3", "65", "45"),
            multiply_add!("r4", "r5", "66", "46"),
            multiply_add!("r6", "r7", "67", "47"),
            multiply_add!("r8", "r9", "68", "48"),
            "dec r24",
            "brne 4b",
            "rjmp 5f",
            carry!("r10", "60", "40"),
            carry!("r11", "61", "41"),
            carry!("r12", "62", "42"),
            carry!("r13", "63", "43"),
            carry!("r10", "65", "45"),
            carry!("r11", "66", "46"),
            carry!("r12", "67", "47"),
            carry!("r13", "68", "48"),
            "5:",
            "dec r18",
            "brne 8f",
            "rjmp 2b",
            "8:",
            "movw r26, r14",
            "sbiw r26, 3",
            "rjmp 3b",
            "7:",
            "ld r16, X+",
            multiply_add!("r2", "r3", "64", "44"),
            "dec r24",
            "brne 7b",
            "rjmp 5b",
            carry!("r10", "64", "44"),
            "20:",
            "push r25",
            "mov r16, r19",
            "ldi r19, 1",
            "sbrc r25, 7",
            "ldi r19, 4",
            "mov r25, r16",
            outputs!("st Y+, r16\n", "30b"),
            "mov r19, r25",
            "pop r25",
            "dec r25",
            "mov r16, r25",
            "andi r16, 0x7f",
            "breq 51f",
            "rjmp 1b",
            "51:",
            "rjmp 50f",
            rare_outputs!("", ""),
            "50:",
            "pop r15",
            "pop r14",
            "movw r26, r28",
            "pop r29",
            "pop r28",
            "clr r1",
            inout("Z") stream,
            inout("X") output,
            inout("r14") list as u16 as u8 => _,
            inout("r15") (list as u16 >> 8) as u8 => _,
            inout("r25") count => _,
            in("r20") half as u8,
            in("r21") (half >> 8) as u8,
            in("r22") factor,
            in("r23") zero_point,
            out("r2") _, out("r3") _, out("r4") _, out("r5") _, out("r6") _, out("r7") _,
            out("r8") _, out("r9") _, out("r10") _, out("r11") _, out("r12") _, out("r13") _,
            out("r16") _, out("r17") _, out("r18") _, out("r19") _, out("r24") _,
        );
    }
    (stream, output)
}
