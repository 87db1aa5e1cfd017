//! Four units at a time where program memory is scarce: the loop of `row` that is not unrolled.

use super::blocks::Outputs;
use super::row::{four_bytes, output_of_one_row, pair_of_one_row, single_step};
use crate::inner::flash::Flash;
use crate::inner::portable::{BLOCK_CONSTANTS, BlockOutput};
use core::arch::naked_asm;

/// As [`crate::inner::portable::block_bytes_small`].
#[inline(always)]
pub fn block_bytes_small(blocks: Flash<'_, i32>, row: &[i8], to: BlockOutput, output: &mut [i8]) {
    let Some(outputs) = Outputs::new(blocks, BLOCK_CONSTANTS, row.len().wrapping_add(1) >> 1, output, None)
    else {
        return;
    };
    let Outputs { first, end, .. } = outputs;
    // SAFETY: there are inputs; `Outputs` found the constants of as many units as there are up to the end, a multiple of
    // four and not zero, and the output has that many elements.
    #[allow(unsafe_code)]
    unsafe {
        row_of_bytes(row.as_ptr(), blocks.start(), first, row.len(), end, to.zero_point, to.ties);
    }
}

/// A function for all blocks, of which `$outputs` makes the outputs of a block.
macro_rules! small_loop_of_bytes {
    ($name:ident, ($($argument:ident: $ty:ty),*), [$($outputs:expr),*]) => {
        /// # Safety
        ///
        /// There are `len` bytes at `row`, at least one, a multiple of four bytes, at least one, from `output` to
        /// `end`, and the constants of as many units at `blocks`.
        #[allow(unsafe_code)]
        #[unsafe(naked)]
        unsafe extern "C" fn $name(
            row: *const i8,
            blocks: *const i32,
            output: *mut i8,
            len: usize,
            end: *mut i8,
            $($argument: $ty),*
        ) {
            // On the stack: 0 the inputs, 4 their number, then what is saved, then from 44 on the arguments. `r3` is the end
            // of the inputs that make whole words.
            naked_asm!(
                ".arch armv7e-m",
                "push {{r0, r3, r4, r5, r6, r7, r8, r9, r10, r11, lr}}",
                "bic r3, r3, #3",
                "add r3, r3, r0",
                "2:",
                "ldr r0, [sp]",
                "ldrd r4, r6, [r1], #8",
                "mov r5, r4",
                "mov r7, r6",
                "b 4f",
                "3:",
                four_bytes!(),
                "4:",
                "cmp r0, r3",
                "bne 3b",
                "ldr r8, [sp, #4]",
                "lsls r8, r8, #31", // bit 1 to carry, bit 0 to zero
                "bcc 5f",
                "ldrsb r8, [r0], #1",
                "ldrsb r9, [r0], #1",
                "pkhbt r8, r8, r9, lsl #16",
                single_step!(),
                "5:",
                "beq 6f",
                "ldrsb r8, [r0]",
                single_step!(),
                "6:",
                $($outputs,)*
                "ldr r8, [sp, #44]",
                "cmp r2, r8",
                "bne 2b",
                "add sp, sp, #8",
                "pop {{r4, r5, r6, r7, r8, r9, r10, r11, pc}}",
            )
        }
    };
}
pub(super) use small_loop_of_bytes;

small_loop_of_bytes!(
    row_of_bytes,
    (zero_point: i32, ties: bool),
    [
        "ldrd r0, r8, [sp, #48]",
        "uxtb r8, r8",
        "cmp r8, #0",
        pair_of_one_row!("r4", "r5", "it ne\naddne"),
        pair_of_one_row!("r6", "r7", "it ne\naddne")
    ]
);
