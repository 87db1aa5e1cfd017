//! Sums of four units for Cortex-M3 and its kin, which multiply and add in one instruction.

use super::taps::Walk;
use crate::inner::flash::Flash;
use crate::inner::portable::{FOUR, Tap};
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

/// # Safety
///
/// There are `len` bytes, at least one, at `a` and at `b`, four times as many at `weights`, and room for the sums.
#[allow(unsafe_code)] // no other code keeps eight sums in registers
#[unsafe(naked)]
unsafe extern "C" fn two_rows(
    weights: *const i8,
    a: *const i8,
    b: *const i8,
    len: usize,
    sums: *mut [[i32; FOUR]; 2],
) {
    // On the stack: 0 the end of the first row, then what is saved, then at 40 where the sums go.
    naked_asm!(
        "push {{r4, r5, r6, r7, r8, r9, r10, r11, lr}}",
        "add r12, r1, r3",
        "push {{r12}}",
        "movs r4, #0",
        "movs r5, #0",
        "movs r6, #0",
        "movs r7, #0",
        "mov r8, r4",
        "mov r9, r4",
        "mov r10, r4",
        "mov r11, r4",
        // The first time round begins with as many steps as eight do not divide.
        "rsb r3, r3, #0",
        "and r3, r3, #7",
        "mov r12, #56",
        "mul r3, r3, r12",
        "adr.w r12, 3f",
        "add r3, r3, r12",
        "orr r3, r3, #1",
        "bx r3",
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
        "ldr r3, [sp]",
        "cmp r1, r3",
        "bne.w 3b",
        "ldr r3, [sp, #40]",
        "stm r3, {{r4, r5, r6, r7, r8, r9, r10, r11}}",
        "add sp, sp, #4",
        "pop {{r4, r5, r6, r7, r8, r9, r10, r11, pc}}",
    )
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

/// # Safety
///
/// There are `len` bytes, at least one, at `x`, four times as many at `weights`, and room for the sums.
#[allow(unsafe_code)] // as above
#[unsafe(naked)]
unsafe extern "C" fn one_row(weights: *const i8, x: *const i8, len: usize, sums: *mut [i32; FOUR]) {
    naked_asm!(
        "push {{r3, r4, r5, r6, r7, r8, lr}}",
        // The first time round begins with as many steps as eight do not divide.
        "rsb r4, r2, #0",
        "and r4, r4, #7",
        "add r2, r2, r1",
        "add r4, r4, r4, lsl #3",
        "adr.w r12, 3f",
        "add r12, r12, r4, lsl #2",
        "orr r12, r12, #1",
        "movs r4, #0",
        "movs r5, #0",
        "movs r6, #0",
        "movs r7, #0",
        "bx r12",
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
        "cmp r1, r2",
        "bne.w 3b",
        "pop {{r3}}",
        "stm r3!, {{r4, r5, r6, r7}}",
        "pop {{r4, r5, r6, r7, r8, pc}}",
    )
}

/// As [`crate::inner::portable::sums_of_taps`], if everything is there; else the sums stay as they were.
#[inline(always)]
pub fn sums_of_taps(
    sums: &mut [[i32; FOUR]],
    taps: [usize; 2],
    steps: [Tap; 2],
    weights: Flash<'_, i8>,
    image: &[i8],
) {
    let Some(walk) = Walk::new(sums.len(), taps, steps, [weights.len(), image.len()]) else { return };
    let range = sums.as_mut_ptr_range();
    // SAFETY: there are sums, and `Walk` found everything that they meet.
    #[allow(unsafe_code)]
    unsafe {
        each_tap(weights.start(), image.as_ptr(), range.start, range.end, &walk);
    }
}

/// # Safety
///
/// For each four from `sums` to `end`, of which there is one at least, there are four bytes more at each tap of the
/// weights and of the image, and there is a tap.
#[allow(unsafe_code)] // the compiler puts off additions until registers run out
#[unsafe(naked)]
unsafe extern "C" fn each_tap(
    weights: *const i8,
    image: *const i8,
    sums: *mut [i32; FOUR],
    end: *mut [i32; FOUR],
    walk: &Walk,
) {
    // On the stack: 0 and 4 the weights and the image of these channels, 8 their sums, 12 the end, 16 the columns, then
    // what is saved, then at 56 the walk.
    naked_asm!(
        "push {{r4, r5, r6, r7, r8, r9, r10, r11, lr}}",
        "ldr r4, [sp, #36]",
        "ldr r12, [r4, #4]",
        "push {{r0, r1, r2, r3, r12}}",
        "2:",
        "ldr lr, [sp, #56]",
        "ldrd r0, r1, [sp]",
        "ldr r12, [sp, #8]",
        "ldrd r2, r3, [lr, #8]",
        "ldrd r10, r11, [lr, #16]",
        "ldr lr, [lr]",
        "ldm r12, {{r4, r5, r6, r7}}",
        "3:",
        "ldr r12, [sp, #16]",
        "4:",
        "ldrsb r8, [r0]",
        "ldrsb r9, [r1]",
        "mla r4, r8, r9, r4",
        "ldrsb r8, [r0, #1]",
        "ldrsb r9, [r1, #1]",
        "mla r5, r8, r9, r5",
        "ldrsb r8, [r0, #2]",
        "ldrsb r9, [r1, #2]",
        "mla r6, r8, r9, r6",
        "ldrsb r8, [r0, #3]",
        "ldrsb r9, [r1, #3]",
        "mla r7, r8, r9, r7",
        "add r0, r0, r2",
        "add r1, r1, r3",
        "subs r12, r12, #1",
        "bne 4b",
        "add r0, r0, r10",
        "add r1, r1, r11",
        "subs lr, lr, #1",
        "bne 3b",
        "ldrd r0, r1, [sp]",
        "ldrd r12, lr, [sp, #8]",
        "adds r0, r0, #4",
        "adds r1, r1, #4",
        "stm r12!, {{r4, r5, r6, r7}}",
        "strd r0, r1, [sp]",
        "str r12, [sp, #8]",
        "cmp r12, lr",
        "bne 2b",
        "add sp, sp, #20",
        "pop {{r4, r5, r6, r7, r8, r9, r10, r11, pc}}",
    )
}
