//! From bytes to halves of words.

use core::arch::naked_asm;

/// As [`crate::inner::portable::widen_2`].
#[inline(always)]
pub fn widen_2([first, second]: [&[i8]; 2], to: &mut [[i32; 2]]) {
    let elements = first.len().min(second.len()).min(to.len().wrapping_mul(2));
    // SAFETY: both rows have as many elements, and `to` has a pair of words for each two of them: where there
    // are more of these, an odd element at the end has one of its own.
    #[allow(unsafe_code)]
    unsafe {
        widen_two(first.as_ptr(), second.as_ptr(), to.as_mut_ptr(), elements);
    }
}

/// # Safety
///
/// There are `elements` bytes at `first` and at `second`, and half as many pairs, rounded up, at `to`.
#[allow(unsafe_code)]
#[unsafe(naked)]
unsafe extern "C" fn widen_two(first: *const i8, second: *const i8, to: *mut [i32; 2], elements: usize) {
    // Words may be loaded from any address, and are stored to aligned ones.
    naked_asm!(
        "push {{r4, r5, r6, r7, lr}}",
        "subs r3, #8",
        "blo 3f",
        "2:",
        widen_four!(),
        widen_four!(),
        "subs r3, #8",
        "bhs 2b",
        "3:",
        "lsls r12, r3, #30", // bit 2 to carry, bit 1 to sign
        "bcc 4f",
        widen_four!(),
        "4:",
        "lsls r12, r3, #31", // bit 1 to carry, bit 0 to zero
        "bcc 5f",
        "ldrsb r4, [r0], #1",
        "ldrsb r5, [r0], #1",
        "ldrsb r6, [r1], #1",
        "ldrsb r7, [r1], #1",
        "pkhbt r4, r4, r5, lsl #16",
        "pkhbt r6, r6, r7, lsl #16",
        "strd r4, r6, [r2], #8",
        "5:",
        "lsls r12, r3, #31",
        "beq 6f",
        "ldrsb r4, [r0]",
        "ldrsb r6, [r1]",
        "strd r4, r6, [r2]",
        "6:",
        "pop {{r4, r5, r6, r7, pc}}",
    )
}

/// Four elements of both rows.
macro_rules! widen_four {
    () => {
        "ldr r7, [r0], #4
         ldr r12, [r1], #4
         sxtb16 r4, r7
         sxtb16 r6, r7, ror #8
         sxtb16 r5, r12
         sxtb16 r7, r12, ror #8
         stm r2!, {{r4, r5, r6, r7}}"
    };
}
use widen_four;

/// As [`crate::inner::portable::widen_1`].
#[inline(always)]
pub fn widen_1(row: &[i8], to: &mut [i32]) {
    let elements = row.len().min(to.len().wrapping_mul(2));
    // SAFETY: there are as many elements, and `to` has a word for each two of them.
    #[allow(unsafe_code)]
    unsafe {
        widen_one(row.as_ptr(), to.as_mut_ptr(), elements);
    }
}

/// # Safety
///
/// There are `elements` bytes at `row`, and half as many words, rounded up, at `to`.
#[allow(unsafe_code)]
#[unsafe(naked)]
unsafe extern "C" fn widen_one(row: *const i8, to: *mut i32, elements: usize) {
    naked_asm!(
        "push {{r4, r5, r6, lr}}",
        "subs r2, #8",
        "blo 3f",
        "2:",
        "ldr r5, [r0], #4",
        "ldr r12, [r0], #4",
        "sxtb16 r3, r5",
        "sxtb16 r4, r5, ror #8",
        "sxtb16 r5, r12",
        "sxtb16 r6, r12, ror #8",
        "stm r1!, {{r3, r4, r5, r6}}",
        "subs r2, #8",
        "bhs 2b",
        "3:",
        "lsls r12, r2, #30",
        "bcc 4f",
        "ldr r5, [r0], #4",
        "sxtb16 r3, r5",
        "sxtb16 r4, r5, ror #8",
        "strd r3, r4, [r1], #8",
        "4:",
        "lsls r12, r2, #31",
        "bcc 5f",
        "ldrsb r3, [r0], #1",
        "ldrsb r4, [r0], #1",
        "pkhbt r3, r3, r4, lsl #16",
        "str r3, [r1], #4",
        "5:",
        "lsls r12, r2, #31",
        "beq 6f",
        "ldrsb r3, [r0]",
        "str r3, [r1]",
        "6:",
        "pop {{r4, r5, r6, pc}}",
    )
}
