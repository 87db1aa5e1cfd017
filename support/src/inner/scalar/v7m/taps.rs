//! Sums of four neighbouring channels over the taps of a window.

use super::super::taps::Walk;
use crate::inner::flash::Flash;
use crate::inner::portable::{FOUR, Tap};
use core::arch::naked_asm;

/// As [`crate::inner::portable::sums_of_taps`], if everything is there; else sums are zero.
#[inline(always)]
pub fn sums_of_taps(
    sums: &mut [[i32; FOUR]],
    taps: [usize; 2],
    steps: [Tap; 2],
    weights: Flash<'_, i8>,
    image: &[i8],
) {
    let Some(walk) = Walk::new(sums.len(), taps, steps, [weights.len(), image.len()]) else {
        return sums.fill([0; FOUR]);
    };
    let range = sums.as_mut_ptr_range();
    // SAFETY: there are sums, and `Walk` found everything that they meet.
    #[allow(unsafe_code)]
    unsafe {
        each_tap(weights.start(), image.as_ptr(), range.start, range.end, &walk);
    }
}

/// One tap of four channels, and on to the next.
macro_rules! tap {
    () => {
        "ldrsb r8, [r0]
         ldrsb r9, [r1]
         mla r4, r8, r9, r4
         ldrsb r8, [r0, #1]
         ldrsb r9, [r1, #1]
         mla r5, r8, r9, r5
         ldrsb r8, [r0, #2]
         ldrsb r9, [r1, #2]
         mla r6, r8, r9, r6
         ldrsb r8, [r0, #3]
         ldrsb r9, [r1, #3]
         mla r7, r8, r9, r7
         add r0, r0, r2
         add r1, r1, r3"
    };
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
        "ldrd r2, r3, [lr, #8]",
        "ldrd r10, r11, [lr, #16]",
        "ldr lr, [lr]",
        "movs r4, #0",
        "movs r5, #0",
        "movs r6, #0",
        "movs r7, #0",
        "ldr r12, [sp, #16]",
        "cmp r12, #3",
        "beq 5f",
        "3:",
        "ldr r12, [sp, #16]",
        "4:",
        tap!(),
        "subs r12, r12, #1",
        "bne 4b",
        "add r0, r0, r10",
        "add r1, r1, r11",
        "subs lr, lr, #1",
        "bne 3b",
        "b 6f",
        // Most windows are three columns wide.
        "5:",
        tap!(),
        tap!(),
        tap!(),
        "add r0, r0, r10",
        "add r1, r1, r11",
        "subs lr, lr, #1",
        "bne 5b",
        "6:",
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
