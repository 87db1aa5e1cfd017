//! Cortex-M boards.

#[path = "qemu.rs"]
mod qemu;

use core::arch::{asm, global_asm};

pub use qemu::{Input, exit, on_target_begin, on_target_end, print};

// Thumb-1 instructions only, so that it also fits Cortex-M0. Coprocessors 10 and 11 are the FPU and the vector
// unit, off after reset; cores without them ignore the write.
global_asm!(
    ".section .start, \"a\", %progbits",
    ".word _stack_top",
    ".word reset",
    ".rept 14",
    ".word {fault}",
    ".endr",
    ".section .text.reset, \"ax\", %progbits",
    ".global reset",
    ".type reset, %function",
    ".thumb_func",
    "reset:",
    "ldr r0, =0xe000ed88", // CPACR
    "ldr r1, =0x00f00000",
    "str r1, [r0]",
    "dsb",
    "isb",
    "ldr r0, =_data_start",
    "ldr r1, =_data_end",
    "ldr r2, =_data_load",
    "b 2f",
    "1: ldr r3, [r2]",
    "str r3, [r0]",
    "adds r0, r0, #4",
    "adds r2, r2, #4",
    "2: cmp r0, r1",
    "blo 1b",
    "ldr r0, =_bss_start",
    "ldr r1, =_bss_end",
    "movs r2, #0",
    "b 4f",
    "3: str r2, [r0]",
    "adds r0, r0, #4",
    "4: cmp r0, r1",
    "blo 3b",
    "bl main",
    ".ltorg",
    fault = sym qemu::fault,
);

fn semihosting_call(operation: usize, question: *const usize) -> usize {
    let answer;
    // SAFETY: the host reads and writes only what the question names.
    unsafe { asm!("bkpt 0xab", inout("r0") operation => answer, in("r1") question, options(nostack)) };
    answer
}

#[inline(always)]
pub fn stack_pointer() -> usize {
    let value;
    // SAFETY: reads a register.
    unsafe { asm!("mov {}, sp", out(reg) value, options(nomem, nostack)) };
    value
}
