//! A sum of products.

use crate::inner::flash::Flash;
use core::arch::naked_asm;

/// As [`crate::inner::portable::dot_s8`].
#[inline(always)]
pub fn dot_s8(acc: i32, weights: Flash<'_, i8>, input: &[i8]) -> i32 {
    let terms = weights.len().min(input.len());
    // SAFETY: there are as many weights and inputs.
    #[allow(unsafe_code)]
    unsafe {
        dot(acc, weights.start(), input.as_ptr(), terms)
    }
}

/// # Safety
///
/// There are `terms` bytes at `weights`, and as many at `input`.
#[allow(unsafe_code)]
#[unsafe(naked)]
unsafe extern "C" fn dot(acc: i32, weights: *const i8, input: *const i8, terms: usize) -> i32 {
    naked_asm!(
        ".arch armv7e-m",
        "push {{r4, r5, r6, lr}}",
        "subs r3, #8",
        "blo 3f",
        "2:",
        four!(),
        four!(),
        "subs r3, #8",
        "bhs 2b",
        "3:",
        "adds r3, #8",
        "beq 5f",
        "4:",
        "ldrsb r4, [r1], #1",
        "ldrsb r5, [r2], #1",
        "mla r0, r4, r5, r0",
        "subs r3, #1",
        "bne 4b",
        "5:",
        "pop {{r4, r5, r6, pc}}",
    )
}

/// Four terms.
macro_rules! four {
    () => {
        "ldr r6, [r1], #4
         ldr r12, [r2], #4
         sxtb16 r4, r6
         sxtb16 r5, r12
         smlad r0, r4, r5, r0
         sxtb16 r4, r6, ror #8
         sxtb16 r5, r12, ror #8
         smlad r0, r4, r5, r0"
    };
}
use four;
