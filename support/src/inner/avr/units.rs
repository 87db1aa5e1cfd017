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

mod outputs;
mod runs;
mod terms;

use crate::inner::flash::Flash;
use crate::inner::portable::{RUNS_OF_ROW, SIDE_BY_SIDE, STREAM_BIAS, STREAM_SCALE};
use crate::inner::product;
use core::arch::asm;
use runs::{END, Run};

pub use outputs::StreamOutput;
pub(super) use outputs::{add_partial, limit, outputs, rare_outputs};
pub use runs::Runs;
pub(super) use terms::{biases, carry, multiply_add};

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
            outputs!(),
            "mov r19, r25",
            "pop r25",
            "dec r25",
            "mov r16, r25",
            "andi r16, 0x7f",
            "breq 51f",
            "rjmp 1b",
            "51:",
            "rjmp 50f",
            rare_outputs!(),
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
