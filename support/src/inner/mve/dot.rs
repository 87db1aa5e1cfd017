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
        ".cpu cortex-m55",
        "push {{r4, lr}}",
        "wlstp.8 lr, r3, 3f",
        "2:",
        "vldrb.u8 q0, [r1], #16",
        "vldrb.u8 q1, [r2], #16",
        "vmladava.s8 r0, q0, q1",
        "letp lr, 2b",
        "3:",
        "pop {{r4, pc}}",
    )
}
