//! Sums of four units for Cortex-M0 and its kin, which have eight registers to compute in and five more to add to.

use crate::inner::flash::Flash;
use crate::inner::portable::FOUR;
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
