//! Bytes that are brought together.

use crate::inner::portable::CopiedRows;
use core::arch::naked_asm;

/// As [`crate::inner::portable::copy_rows`].
#[inline(always)]
pub fn copy_rows(p: &CopiedRows, from: &[i8], to: &mut [i8]) {
    if !p.fit(from.len(), to.len()) {
        return;
    }
    // SAFETY: there is a row at least, of one element at least, and all of them are there on both sides.
    #[allow(unsafe_code)]
    unsafe {
        rows(to.as_mut_ptr(), from.as_ptr(), p.len, p.count, p.to, p.from);
    }
}

/// # Safety
///
/// There are `count` rows of `len` bytes, at least one of at least one, `to_next` apart at `to` and `from_next` at `from`.
#[allow(unsafe_code)]
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
        ".cpu cortex-m55",
        // On the stack: what is saved, then at 16 the last arguments.
        "push {{r4, r5, r6, lr}}",
        "ldrd r4, r5, [sp, #16]",
        "2:",
        "mov r6, r0",
        "mov r12, r1",
        "dlstp.8 lr, r2",
        "3:",
        "vldrb.u8 q0, [r12], #16",
        "vstrb.8 q0, [r6], #16",
        "letp lr, 3b",
        "add r0, r0, r4",
        "add r1, r1, r5",
        "subs r3, r3, #1",
        "bne 2b",
        "pop {{r4, r5, r6, pc}}",
    )
}

/// As [`crate::inner::portable::fill`].
#[inline(always)]
pub fn fill(to: &mut [i8], x: i8) {
    if to.is_empty() {
        return;
    }
    // SAFETY: there are as many bytes, one at least.
    #[allow(unsafe_code)]
    unsafe {
        fill_bytes(to.as_mut_ptr(), to.len(), x.into());
    }
}

/// # Safety
///
/// There are `len` bytes at `to`, one at least.
#[allow(unsafe_code)]
#[unsafe(naked)]
unsafe extern "C" fn fill_bytes(to: *mut i8, len: usize, x: i32) {
    naked_asm!(
        ".cpu cortex-m55",
        "push {{r4, lr}}",
        "vdup.8 q0, r2",
        "dlstp.8 lr, r1",
        "2:",
        "vstrb.8 q0, [r0], #16",
        "letp lr, 2b",
        "pop {{r4, pc}}",
    )
}
