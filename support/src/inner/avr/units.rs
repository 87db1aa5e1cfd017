//! Units side by side: see [`crate::inner::portable::UnitWindows`].
//!
//! Registers: the sums of a block in `r2` to `r13`, for each unit two bytes that count as signed and one that counts how
//! often these went over the top, less how often over the bottom; an input in `r16`, a weight in `r17`; in `X` the input,
//! in `Z` the stream, in `Y` the output, in `r14` and `r15` how far it is from behind a row of a window to the next, in
//! `r18` the rows that are left, in `r19` the elements of a row, and what the outputs have in common in `r20` to `r23` and
//! `r25`. Where the `Frame` is lies on the stack, for outputs take all that is left.
//!
//! Bound: 3 cycles for a weight, 2 to multiply, 2 to add, 1 to see that nothing went over, for every fourth product 2 for
//! an input, and for every eighth 3 for the loop: 8.875 by counting, where a unit alone takes 11.5. A sum that does go over
//! takes 5 or 6 more. Beside that a row of a window takes 8 to 10, a block 45 and its biases 36, a window 45, and a row of windows
//! about 1200, most of it in Rust; padding takes about 40 for each piece of it.
//!
//! Outputs take 50 to 58 by counting, of which 8 are for their constants and 12 for the three products that tell nearly
//! all of them apart, about 25 if a sum is negative and the zero point is the least output, and about 110 if the magnitude of
//! a sum has a third byte, or if what the three leave out could matter: that is so for
//! 5 of 256 where outputs are whole bytes of the product, and for 5 of 128 with one more bit of it. With
//! `cargo run -p on-target -- --board atmega328p layers first_layers` whole layers are measured, and with `outputs` the last
//! step is checked.
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
//! - What a window sees copied to one place, so that it is one row: 7 for each element, where two rows of three that become
//!   one save 10 for each block.
//! - A list of runs with the padding among them: 38 for each run, and 16 to move it on.

mod frame;
mod outputs;
mod terms;

use crate::inner::checked_product;
use crate::inner::flash::Flash;
use crate::inner::portable::{MAX_TERMS, MAX_UNITS, SIDE_BY_SIDE, STREAM_BIAS, STREAM_SCALE, UnitTaps};
use core::arch::asm;
use core::marker::PhantomData;
use core::mem::offset_of;

use frame::{BLOCKS, Frame, PADDING, PIECE, SPECIAL, pair};
pub use outputs::StreamOutput;
pub(super) use outputs::{add_partial, limit, outputs, rare_outputs};
pub(super) use terms::carry;
use terms::{biases, multiply_add};

/// As [`crate::inner::portable::UnitWindows`].
#[derive(Debug)]
pub struct UnitWindows<'a> {
    /// Bytes of the stream.
    len: usize,
    units: usize,
    to: StreamOutput,
    /// Elements of the image that a window sees, and those between.
    end: usize,
    frame: Frame,
    stream: PhantomData<Flash<'a, i8>>,
}

/// What [`UnitWindows::end`] is of windows that see nothing: no image has as much.
const NOTHING: usize = usize::MAX;

impl<'a> UnitWindows<'a> {
    /// See [`crate::inner::portable::UnitWindows::new`].
    #[inline]
    pub fn new(stream: Flash<'a, i8>, units: usize, to: StreamOutput) -> Self {
        let blocks = (units / SIDE_BY_SIDE) as u8;
        let rest = ((units % SIDE_BY_SIDE) as u8) << 1;
        let first = if blocks == 0 { rest } else { blocks << 1 | BLOCKS };
        let frame = Frame { first, rest, stream: stream.start(), ..Frame::NOTHING };
        Self { len: stream.len(), units, to, end: NOTHING, frame, stream: PhantomData }
    }

    /// See [`crate::inner::portable::UnitWindows::see`].
    #[inline(never)] // one copy serves a program
    pub fn see(&mut self, taps: &UnitTaps) {
        let &UnitTaps { step, rows, len, line, before, between, after, padding } = taps;
        let lens = taps.lens().filter(|&[terms, _]| self.has(terms));
        self.end = lens.map_or(NOTHING, |[_, end]| end);
        let is_padded = (rows == 0) | (before | between | after != 0);
        let frame = &mut self.frame;
        frame.rows = rows as u8 | if is_padded { SPECIAL } else { 0 };
        frame.skip = line.wrapping_sub(len);
        (frame.step, frame.padding) = (step, [pair(padding); PADDING / 2]);
        (frame.before, frame.between, frame.after) = (before, between, after);
        frame.see_rows(len);
    }

    /// See [`crate::inner::portable::UnitWindows::see_rows`].
    #[inline(always)]
    pub fn see_rows(&mut self, depth: usize) {
        let fits = depth != 0 && depth <= MAX_TERMS && self.has(depth);
        self.end = if fits { depth } else { NOTHING };
        (self.frame.rows, self.frame.step) = (1, depth);
        (self.frame.before, self.frame.between, self.frame.after) = (0, 0, 0);
        self.frame.see_rows(depth);
    }

    /// Whether there are units, not too many, and the stream has them with so many terms.
    #[inline(always)]
    fn has(&self, terms: usize) -> bool {
        let bytes = checked_product(terms.wrapping_add(STREAM_BIAS + STREAM_SCALE), self.units);
        self.units != 0 && self.units <= MAX_UNITS && bytes.is_some_and(|bytes| bytes <= self.len)
    }

    /// See [`crate::inner::portable::UnitWindows::outputs`].
    #[inline(never)] // one copy serves a program
    pub fn outputs(&mut self, image: &[i8], windows: usize, output: &mut [i8]) {
        let first = windows.checked_sub(1).and_then(|last| checked_product(last, self.frame.step));
        let end = first.and_then(|first| first.checked_add(self.end));
        let has_room = checked_product(windows, self.units) == Some(output.len());
        if !has_room || end.is_none_or(|end| end > image.len()) {
            return;
        }
        (self.frame.image, self.frame.windows) = (image.as_ptr(), windows);
        // SAFETY: the image has what all windows see, the stream all units, and `output` room for those of all windows.
        #[allow(unsafe_code)]
        unsafe {
            each_window(&mut self.frame, output.as_mut_ptr(), self.to);
        }
    }
}

/// All windows.
///
/// # Safety
///
/// All that the frame points to is there, and there is room for the outputs. It has a window, a unit, and a row or padding.
#[allow(unsafe_code)]
#[inline(always)] // into the one that keeps all registers
unsafe fn each_window(frame: *mut Frame, output: *mut i8, to: StreamOutput) {
    let StreamOutput { half, factor, zero_point } = to;
    // SAFETY: reads and writes what the caller promises; the stack is left as it was.
    unsafe {
        asm!(
            "push r28",
            "push r29",
            limit!("r25"),
            "movw r16, r30",
            "movw r28, r26",
            "push r26",
            "push r27",
            "rjmp 53f",
            // Behind the outputs of a block.
            "21:",
            "pop r27",
            "pop r26",
            "push r26",
            "push r27",
            "ld r24, X",
            "subi r24, 2",
            "st X, r24",
            "cpi r24, 2",
            "brsh 1f",
            "rjmp 51f",
            // A block, with the frame in X and what is left in r24.
            "1:",
            "adiw r26, 1",
            "ld r14, X+",
            "ld r15, X+",
            "ld r18, X+",
            "ld r19, X+",
            "bst r18, 7",
            "ld r16, X+",
            "ld r17, X",
            "movw r26, r16",
            "lpm r2, Z+",
            "lpm r3, Z+",
            "lpm r10, Z+",
            "sbrs r24, 0",
            "rjmp 16f",
            biases!(),
            "brts 8f",
            // A row, two inputs at a time, and of an odd number first the second of a pair.
            "3:",
            "mov r24, r19",
            "2:",
            "lsr r24",
            "brcs 6f",
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
            "brts 9f",
            "add r26, r14",
            "adc r27, r15",
            "dec r18",
            "brne 3b",
            "ldi r19, 4",
            "rjmp 20f",
            "9:",
            "ret",
            "8:",
            "rjmp 70f",
            carry!("r10", "60", "40b"),
            carry!("r11", "61", "41b"),
            carry!("r12", "62", "42b"),
            carry!("r13", "63", "43b"),
            carry!("r10", "65", "45b"),
            carry!("r11", "66", "46b"),
            carry!("r12", "67", "47b"),
            carry!("r13", "68", "48b"),
            // The same for a unit alone.
            "16:",
            "brts 70f",
            "18:",
            "mov r24, r19",
            "12:",
            "lsr r24",
            "brcs 13f",
            "14:",
            "ld r16, X+",
            multiply_add!("r2", "r3", "64", "44"),
            "13:",
            "ld r16, X+",
            multiply_add!("r2", "r3", "65", "45"),
            "dec r24",
            "brne 14b",
            "brts 9b",
            "add r26, r14",
            "adc r27, r15",
            "dec r18",
            "brne 18b",
            "ldi r19, 1",
            "rjmp 20f",
            carry!("r10", "64", "44b"),
            carry!("r10", "65", "45b"),
            // With padding or pieces: what is above is called for each, as T says. The frame is in Y meanwhile.
            "70:",
            "pop r17",
            "pop r16",
            "push r16",
            "push r17",
            "push r28",
            "push r29",
            "movw r28, r16",
            "andi r18, 0x7f",
            "ldd r14, Y+{before}",
            "ldd r15, Y+{before}+1",
            "rcall 75f",
            "tst r18",
            "breq 74f",
            "71:",
            "ldd r15, Y+{pieces}",
            "72:",
            "tst r15",
            "breq 73f",
            "ldi r24, {piece}",
            "rcall 79f",
            "dec r15",
            "rjmp 72b",
            "73:",
            "mov r24, r19",
            "rcall 79f",
            "dec r18",
            "breq 74f",
            "ldd r14, Y+{skip}",
            "ldd r15, Y+{skip}+1",
            "add r26, r14",
            "adc r27, r15",
            "ldd r14, Y+{between}",
            "ldd r15, Y+{between}+1",
            "rcall 75f",
            "rjmp 71b",
            "74:",
            "ldd r14, Y+{after}",
            "ldd r15, Y+{after}+1",
            "rcall 75f",
            "ldd r24, Y+{left}",
            "pop r29",
            "pop r28",
            "ldi r19, 1",
            "sbrc r24, 0",
            "ldi r19, 4",
            "rjmp 20f",
            // So much padding as r14 and r15 have it.
            "75:",
            "mov r0, r14",
            "or r0, r15",
            "breq 80f",
            "push r26",
            "push r27",
            "76:",
            "movw r26, r28",
            "subi r26, -{padding}",
            "sbci r27, 0xff",
            "ldi r24, {piece_of_padding}",
            "clr r1",
            "sub r14, r24",
            "sbc r15, r1",
            "brcs 77f",
            "rcall 79f",
            "rjmp 76b",
            "77:",
            "add r14, r24",
            "breq 78f",
            "mov r24, r14",
            "sbrc r24, 0",
            "subi r24, -2",
            "rcall 79f",
            "78:",
            "pop r27",
            "pop r26",
            "80:",
            "ret",
            // As many elements from X as `Frame::len` has them.
            "79:",
            "ldd r16, Y+{left}",
            "sbrc r16, 0",
            "rjmp 2b",
            "rjmp 12b",
            "20:",
            outputs!("st Y+, r16\n", "30b"),
            "rjmp 21b",
            rare_outputs!("", ""),
            // Behind blocks come units.
            "51:",
            "movw r16, r28",
            "movw r28, r26",
            "tst r24",
            "breq 52f",
            "ldd r24, Y+{rest}",
            "cpi r24, 2",
            "brsh 54f",
            // The next window.
            "52:",
            "ldd r14, Y+{image}",
            "ldd r15, Y+{image}+1",
            "ldd r18, Y+{step}",
            "ldd r19, Y+{step}+1",
            "add r14, r18",
            "adc r15, r19",
            "std Y+{image}, r14",
            "std Y+{image}+1, r15",
            "ldd r18, Y+{windows}",
            "ldd r19, Y+{windows}+1",
            "subi r18, 1",
            "sbci r19, 0",
            "std Y+{windows}, r18",
            "std Y+{windows}+1, r19",
            "breq 50f",
            "53:",
            "ldd r30, Y+{stream}",
            "ldd r31, Y+{stream}+1",
            "ldd r24, Y+{first}",
            "54:",
            "std Y+{left}, r24",
            "movw r28, r16",
            "rjmp 1b",
            "50:",
            "pop r27",
            "pop r26",
            "pop r29",
            "pop r28",
            "clr r1",
            left = const offset_of!(Frame, left),
            skip = const offset_of!(Frame, skip),
            image = const offset_of!(Frame, image),
            first = const offset_of!(Frame, first),
            rest = const offset_of!(Frame, rest),
            stream = const offset_of!(Frame, stream),
            step = const offset_of!(Frame, step),
            windows = const offset_of!(Frame, windows),
            pieces = const offset_of!(Frame, pieces),
            before = const offset_of!(Frame, before),
            between = const offset_of!(Frame, between),
            after = const offset_of!(Frame, after),
            padding = const offset_of!(Frame, padding),
            piece_of_padding = const PADDING,
            piece = const PIECE,
            inout("X") frame => _,
            inout("Z") output => _,
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
