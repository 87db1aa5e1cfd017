//! What processors of ARM have in common, in assembly.

use super::flash::Element;
use super::portable::{SIGNS, words};
use core::arch::naked_asm;
use core::cell::Cell;

/// As [`crate::inner::portable::turn_signs`]: LLVM loads and stores word by word.
#[inline(always)]
pub fn turn_signs<X: Element, Y: Element>(input: &[Cell<X>], output: &[Cell<Y>]) -> usize {
    let Some((inputs, outputs)) = words(input).zip(words(output)) else { return 0 };
    let count = inputs.len().min(outputs.len());
    // SAFETY: there are as many on both sides, and a cell may be written through a shared reference.
    #[allow(unsafe_code)]
    unsafe {
        turn_words(inputs.as_ptr(), outputs.as_ptr(), count, SIGNS);
    }
    count.wrapping_mul(4)
}

/// # Safety
///
/// There are so many at both places.
#[allow(unsafe_code)]
#[unsafe(naked)]
unsafe extern "C" fn turn_words(
    inputs: *const Cell<u32>,
    outputs: *const Cell<u32>,
    count: usize,
    signs: u32,
) {
    #[cfg(tiny_model_loops = "v6m")]
    naked_asm!(
        "push {{r4, r5, r6, r7, lr}}",
        "subs r2, #4",
        "blo 2f",
        "1:",
        "ldmia r0!, {{r4, r5, r6, r7}}",
        "eors r4, r3",
        "eors r5, r3",
        "eors r6, r3",
        "eors r7, r3",
        "stmia r1!, {{r4, r5, r6, r7}}",
        "subs r2, #4",
        "bhs 1b",
        "2:",
        "adds r2, #4",
        "beq 4f",
        "3:",
        "ldmia r0!, {{r4}}",
        "eors r4, r3",
        "stmia r1!, {{r4}}",
        "subs r2, #1",
        "bne 3b",
        "4:",
        "pop {{r4, r5, r6, r7, pc}}",
    );
    #[cfg(not(tiny_model_loops = "v6m"))]
    naked_asm!(
        "push {{r4, r5, r6, r7, r8, r9, lr}}",
        "subs r2, #8",
        "blo 2f",
        "1:",
        "ldm r0!, {{r4, r5, r6, r7, r8, r9, r12, lr}}",
        "eors r4, r3",
        "eors r5, r3",
        "eors r6, r3",
        "eors r7, r3",
        "eor r8, r3",
        "eor r9, r3",
        "eor r12, r3",
        "eor lr, r3",
        "stm r1!, {{r4, r5, r6, r7, r8, r9, r12, lr}}",
        "subs r2, #8",
        "bhs 1b",
        "2:",
        "adds r2, #8",
        "beq 4f",
        "3:",
        "ldr r4, [r0], #4",
        "eors r4, r3",
        "str r4, [r1], #4",
        "subs r2, #1",
        "bne 3b",
        "4:",
        "pop {{r4, r5, r6, r7, r8, r9, pc}}",
    );
}
