//! Sums of four units for Cortex-M3 and its kin, which multiply and add in one instruction.

// Before what uses its macros.
#[macro_use]
mod output;

mod pairs;
mod taps;

pub use pairs::{pairs_of_row, pairs_once_of_row};
pub use taps::sums_of_taps;

use crate::inner::flash::Flash;
use crate::inner::portable::{FOUR, FOUR_CONSTANTS, FOUR_ONCE_CONSTANTS};
use core::arch::naked_asm;

/// Whether there is something to do, and `constants` of each four are there for `fours` of them with `len` inputs.
#[inline(always)]
fn suffices(
    weights: Flash<'_, i8>,
    words: Flash<'_, i32>,
    constants: usize,
    len: usize,
    fours: usize,
) -> bool {
    let needed = len.checked_mul(FOUR).and_then(|four| four.checked_mul(fours));
    len > 0
        && fours > 0
        && needed.is_some_and(|needed| weights.len() >= needed)
        && words.len() / constants >= fours
}

/// The loops that go from sums to outputs in one way: what they are the same as, their names and those of the functions in
/// assembly, the constants of four units, and the macros for outputs of one row and of two.
macro_rules! loops {
    (
        $of_row:ident, $of_two_rows:ident, $constants:ident,
        $one_row:ident: $outputs:ident, $two_rows:ident: $outputs_of_two:ident
    ) => {
        #[doc = concat!("As [`crate::inner::portable::", stringify!($of_row), "`], if all constants are there.")]
        #[inline(always)]
        pub fn $of_row(
            weights: Flash<'_, i8>,
            constants: Flash<'_, i32>,
            x: &[i8],
            outputs: &mut [[i8; FOUR]],
        ) {
            if suffices(weights, constants, $constants, x.len(), outputs.len()) {
                let range = outputs.as_mut_ptr_range();
                // SAFETY: `suffices` found the constants of all outputs, of which there are some, and there are inputs.
                #[allow(unsafe_code)]
                unsafe {
                    $one_row(weights.start(), x.as_ptr(), x.len(), constants.start(), range.start, range.end);
                }
            }
        }

        #[doc = concat!("As [`crate::inner::portable::", stringify!($of_two_rows), "`], if all constants are there.")]
        #[inline(always)]
        pub fn $of_two_rows(
            weights: Flash<'_, i8>,
            constants: Flash<'_, i32>,
            [a, b]: [&[i8]; 2],
            [first, second]: [&mut [[i8; FOUR]]; 2],
        ) {
            let fours = first.len().min(second.len());
            if suffices(weights, constants, $constants, a.len(), fours) && b.len() >= a.len() {
                let (first, second) = (first.as_mut_ptr(), second.as_mut_ptr());
                let end = first.wrapping_add(fours);
                // SAFETY: `suffices` found the constants of all outputs, of which there are some in both rows, and there
                // are as many inputs of both.
                #[allow(unsafe_code)]
                unsafe {
                    let (a, b, len) = (a.as_ptr(), b.as_ptr(), a.len());
                    $two_rows(weights.start(), a, b, len, constants.start(), first, second, end);
                }
            }
        }

        one_row!($one_row, $outputs);
        two_rows!($two_rows, $outputs_of_two);
    };
}

/// One input of two rows: fourteen instructions of four bytes each.
macro_rules! step_of_two_rows {
    () => {
        "ldrsb r3, [r1], #1
         ldrsb r12, [r2], #1
         ldrsb lr, [r0], #1
         mla r4, lr, r3, r4
         mla r8, lr, r12, r8
         ldrsb lr, [r0], #1
         mla r5, lr, r3, r5
         mla r9, lr, r12, r9
         ldrsb lr, [r0], #1
         mla r6, lr, r3, r6
         mla r10, lr, r12, r10
         ldrsb lr, [r0], #1
         mla r7, lr, r3, r7
         mla r11, lr, r12, r11"
    };
}

/// The function for two rows, with what goes from their sums to outputs.
macro_rules! two_rows {
    ($name:ident, $outputs:ident) => {
        /// # Safety
        ///
        /// There are `len` bytes, at least one, at `a` and at `b`, from `first` to `end` at least one four, as many at `second`,
        /// and the weights and constants of as many.
        #[allow(unsafe_code)] // the compiler does not keep eight sums in registers
        #[unsafe(naked)]
        #[allow(clippy::too_many_arguments)] // a loop has that many values
        unsafe extern "C" fn $name(
            weights: *const i8,
            a: *const i8,
            b: *const i8,
            len: usize,
            constants: *const i32,
            first: *mut [i8; FOUR],
            second: *mut [i8; FOUR],
            end: *mut [i8; FOUR],
        ) {
            // On the stack: 0 room for the weights, 4 and 8 the rows, 12 the end of the first, 16 the first step, then what is
            // saved, then at 56 the constants, 60 and 64 the outputs, 68 their end.
            naked_asm!(
                "push {{r4, r5, r6, r7, r8, r9, r10, r11, lr}}",
                // The first time round begins with as many steps as eight do not divide.
                "rsb r4, r3, #0",
                "and r4, r4, #7",
                "movs r5, #56",
                "mul r4, r4, r5",
                "adr.w r5, 3f",
                "add r4, r4, r5",
                "orr r4, r4, #1",
                "add r3, r3, r1",
                "push {{r0, r1, r2, r3, r4}}",
                "2:",
                "ldrd r1, r2, [sp, #4]",
                "movs r4, #0",
                "movs r5, #0",
                "movs r6, #0",
                "movs r7, #0",
                "mov r8, r4",
                "mov r9, r4",
                "mov r10, r4",
                "mov r11, r4",
                "ldr pc, [sp, #16]",
                ".p2align 2",
                "3:",
                step_of_two_rows!(),
                step_of_two_rows!(),
                step_of_two_rows!(),
                step_of_two_rows!(),
                step_of_two_rows!(),
                step_of_two_rows!(),
                step_of_two_rows!(),
                step_of_two_rows!(),
                "ldr r3, [sp, #12]",
                "cmp r1, r3",
                "bne.w 3b",
                "str r0, [sp]",
                "ldr r12, [sp, #56]",
                $outputs!(),
                "str r12, [sp, #56]",
                "ldrd r0, r1, [sp, #60]",
                "strb r4, [r0], #1",
                "strb r5, [r0], #1",
                "strb r6, [r0], #1",
                "strb r7, [r0], #1",
                "strb r8, [r1], #1",
                "strb r9, [r1], #1",
                "strb r10, [r1], #1",
                "strb r11, [r1], #1",
                "strd r0, r1, [sp, #60]",
                "ldr r2, [sp, #68]",
                "cmp r0, r2",
                "ldr r0, [sp]",
                "bne.w 2b",
                "add sp, sp, #20",
                "pop {{r4, r5, r6, r7, r8, r9, r10, r11, pc}}",
            )
        }
    };
}

/// One input of one row: nine instructions of four bytes each.
macro_rules! step_of_one_row {
    () => {
        "ldrsb r12, [r1], #1
         ldrsb r8, [r0], #1
         ldrsb lr, [r0], #1
         mla r4, r8, r12, r4
         ldrsb r8, [r0], #1
         mla r5, lr, r12, r5
         ldrsb lr, [r0], #1
         mla r6, r8, r12, r6
         mla r7, lr, r12, r7"
    };
}

/// The function for one row, with what goes from its sums to outputs.
macro_rules! one_row {
    ($name:ident, $outputs:ident) => {
        /// # Safety
        ///
        /// There are `len` bytes, at least one, at `x`, from `output` to `end` at least one four, and the weights and constants of
        /// as many.
        #[allow(unsafe_code)] // as above
        #[unsafe(naked)]
        unsafe extern "C" fn $name(
            weights: *const i8,
            x: *const i8,
            len: usize,
            constants: *const i32,
            output: *mut [i8; FOUR],
            end: *mut [i8; FOUR],
        ) {
            // `r9` is the end of the row, `r10` the output, `r11` the first step. On the stack: 0 room for the weights, 4 the
            // row, 8 its length, 12 the constants, then what is saved, then at 52 the output, 56 its end.
            naked_asm!(
                "push {{r4, r5, r6, r7, r8, r9, r10, r11, lr}}",
                "push {{r0, r1, r2, r3}}",
                "add r9, r1, r2",
                "ldr r10, [sp, #52]",
                // The first time round begins with as many steps as eight do not divide.
                "rsb r4, r2, #0",
                "and r4, r4, #7",
                "add r4, r4, r4, lsl #3",
                "adr.w r11, 3f",
                "add r11, r11, r4, lsl #2",
                "orr r11, r11, #1",
                "2:",
                "ldr r1, [sp, #4]",
                "movs r4, #0",
                "movs r5, #0",
                "movs r6, #0",
                "movs r7, #0",
                "bx r11",
                ".p2align 2",
                "3:",
                step_of_one_row!(),
                step_of_one_row!(),
                step_of_one_row!(),
                step_of_one_row!(),
                step_of_one_row!(),
                step_of_one_row!(),
                step_of_one_row!(),
                step_of_one_row!(),
                "cmp r1, r9",
                "bne.w 3b",
                "str r0, [sp]",
                "ldr r12, [sp, #12]",
                $outputs!(),
                "str r12, [sp, #12]",
                "strb r4, [r10], #1",
                "strb r5, [r10], #1",
                "strb r6, [r10], #1",
                "strb r7, [r10], #1",
                "ldr r1, [sp, #56]",
                "ldr r0, [sp]",
                "cmp r10, r1",
                "bne.w 2b",
                "add sp, sp, #16",
                "pop {{r4, r5, r6, r7, r8, r9, r10, r11, pc}}",
            )
        }
    };
}

loops!(
    fours_of_row, fours_of_two_rows, FOUR_CONSTANTS,
    one_row: outputs_of_one_row, two_rows: outputs_of_two_rows
);
loops!(
    fours_once_of_row, fours_once_of_two_rows, FOUR_ONCE_CONSTANTS,
    one_row_once: outputs_of_one_row_once, two_rows_once: outputs_of_two_rows_once
);
