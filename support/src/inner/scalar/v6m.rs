//! Sums of four units for Cortex-M0 and its kin, which have eight registers to compute in and five more to add to.

mod bytes;

pub use bytes::bytes_of_row;

use crate::inner::flash::Flash;
use crate::inner::portable::{self, FOUR, FOUR_CONSTANTS};
use core::arch::naked_asm;
use core::mem::MaybeUninit;

/// As [`crate::inner::portable::sums_of_row`].
#[inline(always)]
pub fn sums_of_row(weights: Flash<'_, i8>, x: &[i8]) -> [i32; FOUR] {
    let len = x.len().min(weights.len() / FOUR);
    if len == 0 {
        return [0; FOUR];
    }
    let mut sums = MaybeUninit::uninit();
    // SAFETY: there are so many inputs, at least one, and four times as many weights. All sums are written.
    #[allow(unsafe_code)]
    unsafe {
        one_row(weights.start(), x.as_ptr(), len, sums.as_mut_ptr());
        sums.assume_init()
    }
}

/// As [`crate::inner::portable::sums_of_two_rows`].
#[inline(always)]
pub fn sums_of_two_rows(weights: Flash<'_, i8>, [a, b]: [&[i8]; 2]) -> [[i32; FOUR]; 2] {
    [sums_of_row(weights, a), sums_of_row(weights, b)]
}

/// One input, whose distance from `r1` is in `$x`: fourteen instructions of two bytes each.
macro_rules! step {
    ($x:literal) => {
        concat!(
            "ldrsb r2, [r1, ",
            $x,
            "]
            ldrsb r3, [r0, r4]
            muls r3, r2, r3
            add r8, r3
            ldrsb r3, [r0, r5]
            muls r3, r2, r3
            add r9, r3
            ldrsb r3, [r0, r6]
            muls r3, r2, r3
            add r10, r3
            ldrsb r3, [r0, r7]
            muls r3, r2, r3
            add r11, r3
            adds r0, r0, #4"
        )
    };
}

/// # Safety
///
/// There are `len` bytes, at least one, at `x`, four times as many at `weights`, and room for the sums.
#[allow(unsafe_code)] // the compiler adds to none of the upper registers
#[unsafe(naked)]
unsafe extern "C" fn one_row(weights: *const i8, x: *const i8, len: usize, sums: *mut [i32; FOUR]) {
    // `r4` to `r7` are 0 to 3, for bytes with a sign are loaded from a sum of two registers only; `r12` is the end of
    // the inputs.
    naked_asm!(
        "push {{r3, r4, r5, r6, r7, lr}}",
        "mov r4, r8",
        "mov r5, r9",
        "mov r6, r10",
        "mov r7, r11",
        "push {{r4, r5, r6, r7}}",
        "adds r3, r1, r2",
        "mov r12, r3",
        // The first time round begins with as many steps as four do not divide.
        "rsbs r2, r2, #0",
        "movs r5, #3",
        "ands r2, r5",
        "subs r1, r1, r2",
        "movs r5, #28",
        "muls r2, r5, r2",
        "adr r3, 3f",
        "adds r3, r3, r2",
        "adds r3, r3, #1",
        "movs r4, #0",
        "mov r8, r4",
        "mov r9, r4",
        "mov r10, r4",
        "mov r11, r4",
        "movs r5, #1",
        "movs r6, #2",
        "movs r7, #3",
        "bx r3",
        ".p2align 2",
        "3:",
        step!("r4"),
        step!("r5"),
        step!("r6"),
        step!("r7"),
        "adds r1, r1, #4",
        "cmp r1, r12",
        "bne 3b",
        "ldr r3, [sp, #16]",
        "mov r4, r8",
        "mov r5, r9",
        "mov r6, r10",
        "mov r7, r11",
        "stm r3!, {{r4, r5, r6, r7}}",
        "pop {{r4, r5, r6, r7}}",
        "mov r8, r4",
        "mov r9, r5",
        "mov r10, r6",
        "mov r11, r7",
        "pop {{r3, r4, r5, r6, r7, pc}}",
    )
}

/// As [`crate::inner::portable::outputs_of_sums`], and as `short_outputs_of_sums` where the constants say so.
#[inline(always)]
pub fn outputs_of_sums(constants: Flash<'_, i32>, sums: [i32; FOUR]) -> [i8; FOUR] {
    let mut outputs = [0; FOUR];
    if constants.len() >= FOUR_CONSTANTS {
        // SAFETY: there are the constants of four units.
        #[allow(unsafe_code)]
        let are_done = unsafe { outputs_of_four(&sums, constants.start(), &mut outputs) };
        if !are_done {
            long_outputs(constants, sums, &mut outputs);
        }
    }
    outputs
}

#[inline(never)]
fn long_outputs(constants: Flash<'_, i32>, sums: [i32; FOUR], outputs: &mut [i8; FOUR]) {
    *outputs = portable::outputs_of_sums(constants, sums);
}

/// Loads a sum and its constants, and multiplies as `short_outputs_of_sums` tells: the product is in `r4` then, the
/// exponent in `r6`, and what is added in `r7`.
macro_rules! product {
    () => {
        "ldm r0!, {{r3}}
         ldm r1!, {{r4, r5, r6, r7}}
         adds r3, r3, r4
         uxth r4, r5
         lsrs r5, r5, #16
         muls r5, r3, r5
         asrs r3, r3, #3
         muls r4, r3, r4
         asrs r4, r4, #9
         adds r4, r4, r5"
    };
}

/// Limits `r4` to eight bits.
macro_rules! limit {
    () => {
        "sxtb r5, r4
         cmp r5, r4
         beq 8f
         asrs r4, r4, #31
         movs r5, #127
         eors r4, r5
         8:"
    };
}

/// One output, whose distance from `r2` is `$at`: sixteen instructions, and three where it is limited.
macro_rules! short_output {
    ($at:literal) => {
        concat!(
            product!(),
            "
         adds r4, r4, r7
         asrs r4, r6
         ",
            limit!(),
            "
         strb r4, [r2, #",
            $at,
            "]"
        )
    };
}

/// Whether the four units have short products, or all sums, with their biases, are below 2^18 in both directions, and then
/// their outputs.
///
/// # Safety
///
/// There are the constants of four units.
#[allow(unsafe_code)] // the compiler has too few registers for it
#[unsafe(naked)]
unsafe extern "C" fn outputs_of_four(
    sums: &[i32; FOUR],
    constants: *const i32,
    outputs: &mut [i8; FOUR],
) -> bool {
    // `lr` is the end of the sums.
    naked_asm!(
        "push {{r4, r5, r6, r7, lr}}",
        "ldr r3, [r1, #8]",
        "cmp r3, #0",
        "bge 3f",
        "lsls r3, r3, #1",
        "bmi 2f",
        short_output!("0"),
        short_output!("1"),
        short_output!("2"),
        short_output!("3"),
        "b 7f",
        "2:",
        "movs r3, #16",
        "adds r3, r3, r0",
        "mov lr, r3",
        "4:",
        product!(),
        // What is taken away from negative products.
        "asrs r3, r4, #31
         lsrs r5, r6, #8
         lsls r3, r5
         adds r4, r4, r3
         adds r4, r4, r7
         asrs r4, r6",
        limit!(),
        "strb r4, [r2]
         adds r2, #1
         cmp r0, lr
         bne 4b
         b 7f",
        // As `inner::short` tells: the multiplier is taken in pieces of 12, 12 and 7 bits. `r12` is the bound of sums.
        "3:",
        "movs r3, #16
         adds r3, r3, r0
         mov lr, r3
         movs r3, #1
         lsls r3, r3, #18
         mov r12, r3",
        "5:",
        "ldm r0!, {{r3}}
         ldm r1!, {{r4, r5}}
         lsls r3, r3, #1
         adds r3, r3, r4
         asrs r3, r3, #1
         mov r4, r12
         adds r4, r4, r3
         lsrs r4, r4, #19
         bne 9f
         lsls r4, r5, #20
         lsrs r4, r4, #20
         muls r4, r3, r4
         asrs r4, r4, #12
         lsls r6, r5, #8
         lsrs r6, r6, #20
         muls r6, r3, r6
         adds r4, r4, r6
         asrs r4, r4, #12
         lsrs r5, r5, #24
         muls r5, r3, r5
         adds r4, r4, r5
         ldm r1!, {{r6, r7}}
         adds r4, #64
         asrs r4, r4, #7
         asrs r5, r4, #31
         adds r4, r4, r5
         adds r4, r4, r7
         asrs r4, r6",
        limit!(),
        "strb r4, [r2]
         adds r2, #1
         cmp r0, lr
         bne 5b",
        "7:",
        "movs r0, #1",
        "pop {{r4, r5, r6, r7, pc}}",
        "9:",
        "movs r0, #0",
        "pop {{r4, r5, r6, r7, pc}}",
    )
}
