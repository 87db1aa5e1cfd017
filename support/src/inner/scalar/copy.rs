//! Bytes that are brought together: what windows see, whose rows are so short that a call for each takes longer than what
//! it copies.

use crate::inner::portable::CopiedRows;
use core::arch::naked_asm;

/// As [`crate::inner::portable::copy_rows`].
#[inline(always)]
pub fn copy_rows(p: &CopiedRows, from: &[i8], to: &mut [i8]) {
    if !p.fit(from.len(), to.len()) {
        return;
    }
    let (to_next, from_next) = (p.to.wrapping_sub(p.len), p.from.wrapping_sub(p.len));
    // SAFETY: there is a row at least, of one element at least, and all of them are there on both sides.
    #[allow(unsafe_code)]
    unsafe {
        rows(to.as_mut_ptr(), from.as_ptr(), p.len, p.count, to_next, from_next);
    }
}

/// # Safety
///
/// There are `count` rows of `len` bytes, at least one of at least one. From the end of one to the next it is `to_next` bytes
/// at `to` and `from_next` at `from`.
#[cfg(tiny_model_loops = "rv32m")]
#[allow(unsafe_code)] // the compiler calls `memcpy` for each row
#[unsafe(naked)]
unsafe extern "C" fn rows(
    to: *mut i8,
    from: *const i8,
    len: usize,
    count: usize,
    to_next: usize,
    from_next: usize,
) {
    naked_asm!(
        "1:",
        "addi a6, a2, -4",
        "bltz a6, 3f",
        "2:",
        "lb t0, 0(a1)",
        "lb t1, 1(a1)",
        "lb t2, 2(a1)",
        "lb t3, 3(a1)",
        "sb t0, 0(a0)",
        "sb t1, 1(a0)",
        "sb t2, 2(a0)",
        "sb t3, 3(a0)",
        "addi a1, a1, 4",
        "addi a0, a0, 4",
        "addi a6, a6, -4",
        "bgez a6, 2b",
        "3:",
        // The lower two bits tell what is left.
        "andi t0, a6, 2",
        "beqz t0, 4f",
        "lb t1, 0(a1)",
        "lb t2, 1(a1)",
        "sb t1, 0(a0)",
        "sb t2, 1(a0)",
        "addi a1, a1, 2",
        "addi a0, a0, 2",
        "4:",
        "andi t0, a6, 1",
        "beqz t0, 5f",
        "lb t1, 0(a1)",
        "sb t1, 0(a0)",
        "addi a1, a1, 1",
        "addi a0, a0, 1",
        "5:",
        "add a1, a1, a5",
        "add a0, a0, a4",
        "addi a3, a3, -1",
        "bnez a3, 1b",
        "ret",
    )
}

/// # Safety
///
/// As above.
#[cfg(tiny_model_loops = "v7m")]
#[allow(unsafe_code)] // as above
#[unsafe(naked)]
unsafe extern "C" fn rows(
    to: *mut i8,
    from: *const i8,
    len: usize,
    count: usize,
    to_next: usize,
    from_next: usize,
) {
    // Words may be loaded from any address and stored to any.
    naked_asm!(
        // On the stack: what is saved, then at 16 the last arguments.
        "push {{r4, r5, r6, lr}}",
        "ldrd r4, r5, [sp, #16]",
        "1:",
        "subs r12, r2, #4",
        "blo 3f",
        "2:",
        "ldr r6, [r1], #4",
        "subs r12, r12, #4",
        "str r6, [r0], #4",
        "bhs 2b",
        "3:",
        "lsls r12, r12, #31", // bit 1 to carry, bit 0 to zero
        "itt cs",
        "ldrhcs r6, [r1], #2",
        "strhcs r6, [r0], #2",
        "itt ne",
        "ldrbne r6, [r1], #1",
        "strbne r6, [r0], #1",
        "add r1, r1, r5",
        "add r0, r0, r4",
        "subs r3, r3, #1",
        "bne 1b",
        "pop {{r4, r5, r6, pc}}",
    )
}

/// # Safety
///
/// As above.
#[cfg(tiny_model_loops = "v6m")]
#[allow(unsafe_code)] // as above
#[unsafe(naked)]
unsafe extern "C" fn rows(
    to: *mut i8,
    from: *const i8,
    len: usize,
    count: usize,
    to_next: usize,
    from_next: usize,
) {
    naked_asm!(
        // On the stack: what is saved, then at 20 the last arguments.
        "push {{r4, r5, r6, r7, lr}}",
        "ldr r4, [sp, #20]",
        "ldr r5, [sp, #24]",
        "1:",
        "movs r6, r2",
        "subs r6, r6, #4",
        "blo 3f",
        "2:",
        "ldrb r7, [r1]",
        "strb r7, [r0]",
        "ldrb r7, [r1, #1]",
        "strb r7, [r0, #1]",
        "ldrb r7, [r1, #2]",
        "strb r7, [r0, #2]",
        "ldrb r7, [r1, #3]",
        "strb r7, [r0, #3]",
        "adds r1, r1, #4",
        "adds r0, r0, #4",
        "subs r6, r6, #4",
        "bhs 2b",
        "3:",
        "adds r6, r6, #4",
        "beq 5f",
        "4:",
        "ldrb r7, [r1]",
        "strb r7, [r0]",
        "adds r1, r1, #1",
        "adds r0, r0, #1",
        "subs r6, r6, #1",
        "bne 4b",
        "5:",
        "adds r1, r1, r5",
        "adds r0, r0, r4",
        "subs r3, r3, #1",
        "bne 1b",
        "pop {{r4, r5, r6, r7, pc}}",
    )
}
