//! QEMU's RISC-V `virt` board.

#[path = "qemu.rs"]
mod qemu;

use core::arch::{asm, global_asm};

pub use qemu::{Input, exit, on_target_begin, on_target_end, print};

global_asm!(
    ".section .start, \"ax\", @progbits",
    ".global reset",
    ".type reset, @function",
    "reset:",
    "la sp, _stack_top",
    "la t0, trap",
    "csrw mtvec, t0",
    "la t0, _data_start",
    "la t1, _data_end",
    "la t2, _data_load",
    "j 2f",
    "1: lw t3, 0(t2)",
    "sw t3, 0(t0)",
    "addi t0, t0, 4",
    "addi t2, t2, 4",
    "2: bltu t0, t1, 1b",
    "la t0, _bss_start",
    "la t1, _bss_end",
    "j 4f",
    "3: sw zero, 0(t0)",
    "addi t0, t0, 4",
    "4: bltu t0, t1, 3b",
    "call main",
    ".balign 4", // as mtvec wants it
    "trap: call {fault}",
    fault = sym qemu::fault,
);

fn semihosting_call(operation: usize, question: *const usize) -> usize {
    let answer;
    // SAFETY: the host reads and writes only what the question names. It knows the call by these three
    // instructions in a row, uncompressed and in one page.
    unsafe {
        asm!(
            ".balign 16",
            ".option push",
            ".option norvc",
            "slli zero, zero, 0x1f",
            "ebreak",
            "srai zero, zero, 7",
            ".option pop",
            inout("a0") operation => answer,
            in("a1") question,
            options(nostack),
        );
    }
    answer
}

#[inline(always)]
pub fn stack_pointer() -> usize {
    let value;
    // SAFETY: reads a register.
    unsafe { asm!("mv {}, sp", out(reg) value, options(nomem, nostack)) };
    value
}
