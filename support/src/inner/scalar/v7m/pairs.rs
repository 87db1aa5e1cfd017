//! Sums of one row, where a multiplication gives the products of two units.

use crate::inner::flash::Flash;
use crate::inner::portable::{FOUR, FOUR_CONSTANTS, FOUR_ONCE_CONSTANTS, HALF, pairs};
use core::arch::naked_asm;

/// The products of the input in `r12` with the weights in `$w`.
macro_rules! products {
    ($w:literal) => {
        concat!(
            "and.w lr, r3, ",
            $w,
            "\nsmlal r4, r5, lr, r12\nand.w ",
            $w,
            ", r3, ",
            $w,
            ", ror #16\nsmlal r6, r7, ",
            $w,
            ", r12\n",
        )
    };
}

/// One input: six instructions of four bytes each.
macro_rules! single {
    () => {
        concat!("ldr.w r8, [r0], #4\nldrsb r12, [r1], #1\n", products!("r8"))
    };
}

/// Four inputs: 21 instructions of four bytes each.
macro_rules! block {
    () => {
        concat!(
            "ldm.w r0!, {{r8, r9, r10, r11}}\nldrsb r12, [r1], #1\n",
            products!("r8"),
            "ldrsb r12, [r1], #1\n",
            products!("r9"),
            "ldrsb r12, [r1], #1\n",
            products!("r10"),
            "ldrsb r12, [r1], #1\n",
            products!("r11"),
        )
    };
}

/// The loop that goes from sums to outputs in one way: what it is the same as, the constants of four units, the function in
/// assembly, and the macro for outputs.
macro_rules! pairs {
    ($of_row:ident, $constants:ident, $one_row:ident: $outputs:ident) => {
        #[doc = concat!("As [`crate::inner::portable::", stringify!($of_row), "`], if all words are there.")]
        #[inline(always)]
        pub fn $of_row(words: Flash<'_, i32>, x: &[i8], outputs: &mut [[i8; FOUR]]) {
            let needed = x.len().checked_add($constants).and_then(|four| four.checked_mul(outputs.len()));
            if !x.is_empty() && !outputs.is_empty() && needed.is_some_and(|needed| words.len() >= needed) {
                let (range, start) = (outputs.as_mut_ptr_range(), pairs::start(x).wrapping_add(HALF));
                // SAFETY: there are inputs and outputs, and the words of all of them.
                #[allow(unsafe_code)]
                unsafe {
                    $one_row(words.start(), x.as_ptr(), x.len(), range.start, range.end, start);
                }
            }
        }

        /// # Safety
        ///
        /// There are `len` bytes, at least one, at `x`, from `output` to `end` at least one four, and the words of as many.
        #[allow(unsafe_code)] // the compiler does not keep four sums of 64 bits in registers
        #[unsafe(naked)]
        unsafe extern "C" fn $one_row(
            words: *const i32,
            x: *const i8,
            len: usize,
            output: *mut [i8; FOUR],
            end: *mut [i8; FOUR],
            start: i32,
        ) {
            // `r2` is the end of the row, `r3` the mask. On the stack: 0 the row, 4 the output, 8 what sums begin with, 16 the
            // first step, 20 the first block, then what is saved, then at 60 the end of the outputs.
            naked_asm!(
                "push {{r4, r5, r6, r7, r8, r9, r10, r11, lr}}",
                "ldr r4, [sp, #40]",
                "asrs r5, r4, #31",
                // The first time round begins with as many blocks as eight do not divide.
                "lsrs r8, r2, #2",
                "rsb r9, r8, #0",
                "and r9, r9, #7",
                "movs r7, #84",
                "mul r9, r9, r7",
                "adr.w r7, 3f",
                "add r7, r7, r9",
                "cmp r8, #0",
                "it eq",
                "adreq.w r7, 4f",
                "orr r7, r7, #1",
                // Before them are up to three steps.
                "ands r9, r2, #3",
                "rsb r8, r9, #3",
                "movs r6, #24",
                "mul r8, r8, r6",
                "adr.w r6, 5f",
                "add r6, r6, r8",
                "orr r6, r6, #1",
                "cmp r9, #0",
                "it eq",
                "moveq r6, r7",
                "add r2, r2, r1",
                "push {{r1, r3, r4, r5, r6, r7}}",
                "movw r3, #0x00ff",
                "movt r3, #0xff00",
                "2:",
                "ldrd r4, r5, [sp, #8]",
                "ldrd r6, r7, [sp, #8]",
                "ldr r1, [sp]",
                "ldr pc, [sp, #16]",
                ".p2align 2",
                "5:",
                single!(),
                single!(),
                single!(),
                "ldr.w pc, [sp, #20]",
                "3:",
                block!(),
                block!(),
                block!(),
                block!(),
                block!(),
                block!(),
                block!(),
                block!(),
                "cmp.w r1, r2",
                "bne.w 3b",
                "4:",
                "lsr.w r8, r4, #24",
                "orr r5, r8, r5, lsl #8",
                "ubfx r4, r4, #0, #24",
                "lsr.w r8, r6, #24",
                "orr r7, r8, r7, lsl #8",
                "ubfx r6, r6, #0, #24",
                $outputs!(),
                "ldr r12, [sp, #4]",
                "ldr r1, [sp, #60]",
                "strb r4, [r12], #1",
                "strb r5, [r12], #1",
                "strb r6, [r12], #1",
                "strb r7, [r12], #1",
                "str r12, [sp, #4]",
                "cmp r12, r1",
                "bne.w 2b",
                "add sp, sp, #24",
                "pop {{r4, r5, r6, r7, r8, r9, r10, r11, pc}}",
            )
        }
    };
}

pairs!(pairs_of_row, FOUR_CONSTANTS, one_row: outputs_of_pairs);
pairs!(pairs_once_of_row, FOUR_ONCE_CONSTANTS, one_row_once: outputs_of_pairs_once);
