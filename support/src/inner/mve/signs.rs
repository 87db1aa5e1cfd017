//! Bytes whose highest bit is turned over.

use crate::inner::flash::Element;
use crate::inner::portable::SIGNS;
use core::arch::naked_asm;
use core::cell::Cell;

/// As [`crate::inner::portable::turn_signs`], of all bytes.
#[inline(always)]
pub fn turn_signs<X: Element, Y: Element>(input: &[Cell<X>], output: &[Cell<Y>]) -> usize {
    const { assert!(size_of::<X>() == 1 && size_of::<Y>() == 1) };
    let count = input.len().min(output.len());
    // SAFETY: there are so many bytes on both sides, and a cell may be written through a shared reference.
    #[allow(unsafe_code)]
    unsafe {
        turn_vectors(input.as_ptr().cast(), output.as_ptr().cast(), count, SIGNS);
    }
    count
}

/// # Safety
///
/// There are so many at both places.
#[allow(unsafe_code)]
#[unsafe(naked)]
unsafe extern "C" fn turn_vectors(input: *const u8, output: *const u8, count: usize, signs: u32) {
    naked_asm!(
        ".cpu cortex-m55",
        "push {{r7, lr}}",
        "vdup.32 q1, r3",
        "wlstp.8 lr, r2, 2f",
        "1:",
        "vldrb.u8 q0, [r0], #16",
        "veor q0, q0, q1",
        "vstrb.8 q0, [r1], #16",
        "letp lr, 1b",
        "2:",
        "pop {{r7, pc}}",
    )
}
