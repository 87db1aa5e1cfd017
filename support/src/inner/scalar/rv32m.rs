//! Sums of four units for RISC-V of 32 bits with a multiplier.

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
    let len = a.len().min(b.len()).min(weights.len() / FOUR);
    if len == 0 {
        return [[0; FOUR]; 2];
    }
    let mut sums = MaybeUninit::uninit();
    // SAFETY: there are so many inputs in both rows, at least one, and four times as many weights. All sums are written.
    #[allow(unsafe_code)]
    unsafe {
        two_rows(weights.start(), a.as_ptr(), b.as_ptr(), len, sums.as_mut_ptr());
        sums.assume_init()
    }
}

/// One unit: the weight at `$at`, and its sums.
macro_rules! unit_of_two_rows {
    ($at:expr, $a:literal, $b:literal) => {
        concat!(
            "lb t6, ",
            $at,
            "(a0)
            mul s0, t6, t4
            mul t6, t6, t5
            add ",
            $a,
            ", ",
            $a,
            ", s0
            add ",
            $b,
            ", ",
            $b,
            ", t6\n"
        )
    };
}

/// One input of two rows, at `$x`, with the weights at `$w`: 22 instructions of four bytes each.
macro_rules! step_of_two_rows {
    ($x:literal, $w:literal) => {
        concat!(
            "lb t4, ",
            $x,
            "(a1)
            lb t5, ",
            $x,
            "(a2)\n",
            unit_of_two_rows!($w, "a4", "t0"),
            unit_of_two_rows!(concat!($w, " + 1"), "a5", "t1"),
            unit_of_two_rows!(concat!($w, " + 2"), "a6", "t2"),
            unit_of_two_rows!(concat!($w, " + 3"), "a7", "t3"),
        )
    };
}

/// # Safety
///
/// There are `len` bytes, at least one, at `a` and at `b`, four times as many at `weights`, and room for the sums.
#[allow(unsafe_code)] // the compiler puts off additions until registers run out
#[unsafe(naked)]
unsafe extern "C" fn two_rows(
    weights: *const i8,
    a: *const i8,
    b: *const i8,
    len: usize,
    sums: *mut [[i32; FOUR]; 2],
) {
    // `a3` becomes the end of the first row.
    naked_asm!(
        ".option push",
        ".option norvc",
        ".option arch, +m",
        "addi sp, sp, -16",
        "sw s0, 0(sp)",
        "sw a4, 4(sp)",
        // The first time round begins with as many steps as four do not divide.
        "neg t4, a3",
        "andi t4, t4, 3",
        "add a3, a3, a1",
        "sub a1, a1, t4",
        "sub a2, a2, t4",
        "slli t5, t4, 2",
        "sub a0, a0, t5",
        "li t5, 88",
        "mul t4, t4, t5",
        "lla t5, 3f",
        "add t5, t5, t4",
        "li a4, 0",
        "li a5, 0",
        "li a6, 0",
        "li a7, 0",
        "li t0, 0",
        "li t1, 0",
        "li t2, 0",
        "li t3, 0",
        "jr t5",
        "3:",
        step_of_two_rows!("0", "0"),
        step_of_two_rows!("1", "4"),
        step_of_two_rows!("2", "8"),
        step_of_two_rows!("3", "12"),
        "addi a1, a1, 4",
        "addi a2, a2, 4",
        "addi a0, a0, 16",
        "bne a1, a3, 3b",
        "lw s0, 4(sp)",
        "sw a4, 0(s0)",
        "sw a5, 4(s0)",
        "sw a6, 8(s0)",
        "sw a7, 12(s0)",
        "sw t0, 16(s0)",
        "sw t1, 20(s0)",
        "sw t2, 24(s0)",
        "sw t3, 28(s0)",
        "lw s0, 0(sp)",
        "addi sp, sp, 16",
        "ret",
        ".option pop",
    )
}

/// One unit: the weight at `$at`, and its sum.
macro_rules! unit_of_one_row {
    ($at:expr, $sum:literal) => {
        concat!(
            "lb t6, ",
            $at,
            "(a0)
            mul t6, t6, t4
            add ",
            $sum,
            ", ",
            $sum,
            ", t6\n"
        )
    };
}

/// One input of one row, at `$x`, with the weights at `$w`: 13 instructions of four bytes each.
macro_rules! step_of_one_row {
    ($x:literal, $w:literal) => {
        concat!(
            "lb t4, ",
            $x,
            "(a1)\n",
            unit_of_one_row!($w, "a4"),
            unit_of_one_row!(concat!($w, " + 1"), "a5"),
            unit_of_one_row!(concat!($w, " + 2"), "a6"),
            unit_of_one_row!(concat!($w, " + 3"), "a7"),
        )
    };
}

/// # Safety
///
/// There are `len` bytes, at least one, at `x`, four times as many at `weights`, and room for the sums.
#[allow(unsafe_code)] // as above
#[unsafe(naked)]
unsafe extern "C" fn one_row(weights: *const i8, x: *const i8, len: usize, sums: *mut [i32; FOUR]) {
    // `a2` becomes the end of the row.
    naked_asm!(
        ".option push",
        ".option norvc",
        ".option arch, +m",
        // The first time round begins with as many steps as four do not divide.
        "neg t4, a2",
        "andi t4, t4, 3",
        "add a2, a2, a1",
        "sub a1, a1, t4",
        "slli t5, t4, 2",
        "sub a0, a0, t5",
        "li t5, 52",
        "mul t4, t4, t5",
        "lla t5, 3f",
        "add t5, t5, t4",
        "li a4, 0",
        "li a5, 0",
        "li a6, 0",
        "li a7, 0",
        "jr t5",
        "3:",
        step_of_one_row!("0", "0"),
        step_of_one_row!("1", "4"),
        step_of_one_row!("2", "8"),
        step_of_one_row!("3", "12"),
        "addi a1, a1, 4",
        "addi a0, a0, 16",
        "bne a1, a2, 3b",
        "sw a4, 0(a3)",
        "sw a5, 4(a3)",
        "sw a6, 8(a3)",
        "sw a7, 12(a3)",
        "ret",
        ".option pop",
    )
}
