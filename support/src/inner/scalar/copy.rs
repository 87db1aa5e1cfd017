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

/// All rows.
#[cfg(tiny_model_loops = "rv32m")]
macro_rules! copy {
    () => {
        concat!(
            "1:\n",
            "addi a6, a2, -4\n",
            "bltz a6, 3f\n",
            "2:\n",
            "lb t0, 0(a1)\n",
            "lb t1, 1(a1)\n",
            "lb t2, 2(a1)\n",
            "lb t3, 3(a1)\n",
            "sb t0, 0(a0)\n",
            "sb t1, 1(a0)\n",
            "sb t2, 2(a0)\n",
            "sb t3, 3(a0)\n",
            "addi a1, a1, 4\n",
            "addi a0, a0, 4\n",
            "addi a6, a6, -4\n",
            "bgez a6, 2b\n",
            "3:\n",
            // The lower two bits tell what is left.
            "andi t0, a6, 2\n",
            "beqz t0, 4f\n",
            "lb t1, 0(a1)\n",
            "lb t2, 1(a1)\n",
            "sb t1, 0(a0)\n",
            "sb t2, 1(a0)\n",
            "addi a1, a1, 2\n",
            "addi a0, a0, 2\n",
            "4:\n",
            "andi t0, a6, 1\n",
            "beqz t0, 5f\n",
            "lb t1, 0(a1)\n",
            "sb t1, 0(a0)\n",
            "addi a1, a1, 1\n",
            "addi a0, a0, 1\n",
            "5:\n",
            "add a1, a1, a5\n",
            "add a0, a0, a4\n",
            "addi a3, a3, -1\n",
            "bnez a3, 1b\n",
            "ret\n",
        )
    };
}

/// All rows. Words may be loaded from any address and stored to any.
#[cfg(tiny_model_loops = "v7m")]
macro_rules! copy {
    () => {
        concat!(
            // On the stack: what is saved, then at 16 the last arguments.
            "push {{r4, r5, r6, lr}}\n",
            "ldrd r4, r5, [sp, #16]\n",
            "1:\n",
            "subs r12, r2, #4\n",
            "blo 3f\n",
            "2:\n",
            "ldr r6, [r1], #4\n",
            "subs r12, r12, #4\n",
            "str r6, [r0], #4\n",
            "bhs 2b\n",
            "3:\n",
            "lsls r12, r12, #31\n", // bit 1 to carry, bit 0 to zero
            "itt cs\n",
            "ldrhcs r6, [r1], #2\n",
            "strhcs r6, [r0], #2\n",
            "itt ne\n",
            "ldrbne r6, [r1], #1\n",
            "strbne r6, [r0], #1\n",
            "add r1, r1, r5\n",
            "add r0, r0, r4\n",
            "subs r3, r3, #1\n",
            "bne 1b\n",
            "pop {{r4, r5, r6, pc}}\n",
        )
    };
}

/// All rows.
#[cfg(tiny_model_loops = "v6m")]
macro_rules! copy {
    () => {
        concat!(
            // On the stack: what is saved, then at 20 the last arguments.
            "push {{r4, r5, r6, r7, lr}}\n",
            "ldr r4, [sp, #20]\n",
            "ldr r5, [sp, #24]\n",
            "1:\n",
            "movs r6, r2\n",
            "subs r6, r6, #4\n",
            "blo 3f\n",
            "2:\n",
            "ldrb r7, [r1]\n",
            "strb r7, [r0]\n",
            "ldrb r7, [r1, #1]\n",
            "strb r7, [r0, #1]\n",
            "ldrb r7, [r1, #2]\n",
            "strb r7, [r0, #2]\n",
            "ldrb r7, [r1, #3]\n",
            "strb r7, [r0, #3]\n",
            "adds r1, r1, #4\n",
            "adds r0, r0, #4\n",
            "subs r6, r6, #4\n",
            "bhs 2b\n",
            "3:\n",
            "adds r6, r6, #4\n",
            "beq 5f\n",
            "4:\n",
            "ldrb r7, [r1]\n",
            "strb r7, [r0]\n",
            "adds r1, r1, #1\n",
            "adds r0, r0, #1\n",
            "subs r6, r6, #1\n",
            "bne 4b\n",
            "5:\n",
            "adds r1, r1, r5\n",
            "adds r0, r0, r4\n",
            "subs r3, r3, #1\n",
            "bne 1b\n",
            "pop {{r4, r5, r6, r7, pc}}\n",
        )
    };
}

/// # Safety
///
/// There are `count` rows of `len` bytes, at least one of at least one. From the end of one to the next it is `to_next` bytes
/// at `to` and `from_next` at `from`.
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
    naked_asm!(copy!())
}
