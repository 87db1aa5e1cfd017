//! From bytes to halves of words.

use crate::inner::portable::RunsOfElements;
use core::arch::naked_asm;

/// As [`crate::inner::portable::widen_2`].
#[inline(always)]
pub fn widen_2(runs: RunsOfElements, [first, second]: [&[i8]; 2], to: &mut [[i32; 2]]) {
    if !runs.fit(first.len().min(second.len()), to.len()) {
        return;
    }
    // SAFETY: both inputs have these runs, at least one of at least one element, and `to` has words for them.
    #[allow(unsafe_code)]
    unsafe {
        widen_two(first.as_ptr(), second.as_ptr(), to.as_mut_ptr(), runs.len, runs.count, runs.distance);
    }
}

/// # Safety
///
/// There are `count` runs, at least one, of `len` bytes, at least one, at `first` and at `second`, `distance` apart, and
/// half as many pairs for each, rounded up, at `to`.
#[allow(unsafe_code)]
#[unsafe(naked)]
unsafe extern "C" fn widen_two(
    first: *const i8,
    second: *const i8,
    to: *mut [i32; 2],
    len: usize,
    count: usize,
    distance: usize,
) {
    // Words may be loaded from any address, and are stored to aligned ones.
    naked_asm!(
        ".arch armv7e-m",
        // On the stack: what is saved, then from 32 on the count and the distance.
        "push {{r4, r5, r6, r7, r8, r9, r10, lr}}",
        "ldrd r8, r9, [sp, #32]",
        "sub r9, r9, r3", // from the end of a run to the next
        "sub r10, r3, #8",
        "1:",
        "subs r3, r10, #0",
        "bmi 3f",
        "2:",
        widen_four!(),
        widen_four!(),
        "subs r3, #8",
        "bhs 2b",
        "3:",
        "lsls r12, r3, #29",
        "beq 6f",
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
        "ldrsb r4, [r0], #1",
        "ldrsb r6, [r1], #1",
        "strd r4, r6, [r2], #8",
        "6:",
        "add r0, r0, r9",
        "add r1, r1, r9",
        "subs r8, r8, #1",
        "bne 1b",
        "pop {{r4, r5, r6, r7, r8, r9, r10, pc}}",
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

/// As [`crate::inner::portable::pad_row`].
#[inline(always)]
pub fn pad_row(row: &mut [i8], before: usize, inside: &[i8], padding: i8) {
    let Some(behind) = row.len().checked_sub(before.wrapping_add(inside.len())) else { return };
    // SAFETY: the row has as many elements as all three parts.
    #[allow(unsafe_code)]
    unsafe {
        pad(row.as_mut_ptr(), inside.as_ptr(), before, inside.len(), behind, padding.into());
    }
}

/// # Safety
///
/// There are `inside` bytes at `image`, and as many with `before` and `behind` at `row`.
#[allow(unsafe_code)]
#[unsafe(naked)]
unsafe extern "C" fn pad(
    row: *mut i8,
    image: *const i8,
    before: usize,
    inside: usize,
    behind: usize,
    padding: i32,
) {
    naked_asm!(
        ".arch armv7e-m",
        // On the stack: what is saved, then at 8 the bytes behind and the padding.
        "push {{r4, lr}}",
        "ldrd r4, r12, [sp, #8]",
        "cbz r2, 3f",
        "2:",
        "strb r12, [r0], #1",
        "subs r2, #1",
        "bne 2b",
        "3:",
        "subs r3, #4",
        "blo 5f",
        "4:",
        "ldr r2, [r1], #4",
        "str r2, [r0], #4",
        "subs r3, #4",
        "bhs 4b",
        "5:",
        "adds r3, #4",
        "beq 7f",
        "6:",
        "ldrb r2, [r1], #1",
        "strb r2, [r0], #1",
        "subs r3, #1",
        "bne 6b",
        "7:",
        "cbz r4, 9f",
        "8:",
        "strb r12, [r0], #1",
        "subs r4, #1",
        "bne 8b",
        "9:",
        "pop {{r4, pc}}",
    )
}
