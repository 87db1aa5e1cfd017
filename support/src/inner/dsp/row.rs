//! Four units at a time, for one row that no other follows.

use super::blocks::Outputs;
use crate::inner::flash::Flash;
use crate::inner::portable::{BLOCK_CONSTANTS, BlockOutput};
use core::arch::naked_asm;

/// From a doubled sum in `$sum` to the output, with the multiplier in `$m` and the divisor in `$d`. `$ties` adds where ties
/// matter: `add`, or `@`, which makes a comment of it, or what depends on the flags, which nothing here changes.
macro_rules! output_of_one_row {
    ($sum:literal, $m:literal, $d:literal, $ties:literal) => {
        concat!(
            "smmulr ",
            $sum,
            ", ",
            $sum,
            ", ",
            $m,
            "\n",
            $ties,
            " ",
            $sum,
            ", ",
            $sum,
            ", ",
            $sum,
            ", asr #31\n",
            "smmlar ",
            $sum,
            ", ",
            $sum,
            ", ",
            $d,
            ", r0\n",
            "ssat ",
            $sum,
            ", #8, ",
            $sum,
            "\n",
            "strb ",
            $sum,
            ", [r2], #1\n",
        )
    };
}
pub(super) use output_of_one_row;

/// Two units, of which `$a` is the sum of the first, and `$b` that of both.
macro_rules! pair_of_one_row {
    ($a:literal, $b:literal, $ties:literal) => {
        concat!(
            "ldm r1!, {{r8, r9, r10, r11, r12}}\n",
            "sub ",
            $b,
            ", ",
            $b,
            ", ",
            $a,
            "\n",
            "lsl ",
            $a,
            ", ",
            $a,
            ", #1\n",
            output_of_one_row!($a, "r8", "r9", $ties),
            "add ",
            $b,
            ", r12, ",
            $b,
            ", asr #7\n",
            output_of_one_row!($b, "r10", "r11", $ties),
        )
    };
}
pub(super) use pair_of_one_row;

/// All of a block's outputs, and on to the next block.
macro_rules! finish_one_row {
    ($ties:literal) => {
        concat!(
            "ldr r0, [sp, #56]\n",
            pair_of_one_row!("r4", "r5", $ties),
            pair_of_one_row!("r6", "r7", $ties),
            "ldr r8, [sp, #52]\n",
            "cmp r2, r8\n",
            "bne 2b\n",
        )
    };
}

/// As [`crate::inner::portable::block_bytes`].
#[inline(always)]
pub fn block_bytes(blocks: Flash<'_, i32>, row: &[i8], to: BlockOutput, output: &mut [i8]) {
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

/// Four inputs of one row: sixteen instructions of four bytes each.
macro_rules! four_bytes {
    () => {
        "ldr r9, [r0], #4
         ldm r1!, {{r10, r11, r12, lr}}
         sxtb16 r8, r9
         sxtb16 r9, r9, ror #8
         smlad r5, r10, r8, r5
         sxtb16 r10, r10
         smlad r4, r10, r8, r4
         smlad r7, r11, r8, r7
         sxtb16 r11, r11
         smlad r6, r11, r8, r6
         smlad r5, r12, r9, r5
         sxtb16 r12, r12
         smlad r4, r12, r9, r4
         smlad r7, lr, r9, r7
         sxtb16 lr, lr
         smlad r6, lr, r9, r6"
    };
}
pub(super) use four_bytes;

/// The step of what is in `r8`.
macro_rules! single_step {
    () => {
        "ldrd r10, r11, [r1], #8
         smlad r5, r10, r8, r5
         sxtb16 r10, r10
         smlad r4, r10, r8, r4
         smlad r7, r11, r8, r7
         sxtb16 r11, r11
         smlad r6, r11, r8, r6"
    };
}
pub(super) use single_step;

/// A function for all blocks. `$begin` leaves the address of what makes outputs in `r5`; `$at_end` goes there, if the flags
/// say that nothing of a row is left, and `$finish` may do so behind it all, makes the outputs of a block, and goes on to
/// the next block, or behind itself.
macro_rules! loop_of_bytes {
    (
        $name:ident,
        ($($argument:ident: $ty:ty),*),
        [$($begin:expr),*],
        [$at_end:expr],
        [$($finish:expr),*]
    ) => {
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
            // On the stack: 0 the inputs, 4 where the first of them are read, 8 where the last ones are, 12 their number,
            // then what is saved, then from 52 on the arguments, one of which makes room for an address in this code: 60
            // the output, if there are several ways to make it. `r3` is the end of the inputs that make whole words.
            naked_asm!(
                ".arch armv7e-m",
                "push {{r0, r1, r2, r3, r4, r5, r6, r7, r8, r9, r10, r11, lr}}",
                $($begin,)*
                // Where to go on behind whole words.
                "lsls r4, r3, #31", // bit 1 to carry, bit 0 to zero
                "adr.w r6, 9f",
                "orr r6, r6, #1",
                "it ne",
                "movne r5, r6",
                "adr.w r6, 8f",
                "orr r6, r6, #1",
                "it cs",
                "movcs r5, r6",
                "str r5, [sp, #8]",
                // The first time round begins with as many words as four do not divide.
                "lsrs r4, r3, #2",
                "bic r3, r3, #3",
                "add r3, r3, r0",
                "beq 1f",
                "rsb r4, r4, #0",
                "and r4, r4, #3",
                "adr.w r5, 4f",
                "add r5, r5, r4, lsl #6",
                "orr r5, r5, #1",
                "1:",
                "str r5, [sp, #4]",
                "2:",
                "ldr r0, [sp]",
                "ldrd r4, r6, [r1], #8",
                "mov r5, r4",
                "mov r7, r6",
                "ldr pc, [sp, #4]",
                ".p2align 2",
                "4:",
                four_bytes!(),
                four_bytes!(),
                four_bytes!(),
                four_bytes!(),
                "cmp r0, r3",
                "bne 4b",
                "ldr pc, [sp, #8]",
                ".p2align 2",
                "8:",
                "ldrsb r8, [r0], #1",
                "ldrsb r9, [r0], #1",
                "pkhbt r8, r8, r9, lsl #16",
                single_step!(),
                "ldrb r8, [sp, #12]",
                "lsls r8, r8, #31",
                $at_end,
                ".p2align 2",
                "9:",
                "ldrsb r8, [r0]",
                single_step!(),
                $($finish,)*
                "add sp, sp, #16",
                "pop {{r4, r5, r6, r7, r8, r9, r10, r11, pc}}",
            )
        }
    };
}
pub(super) use loop_of_bytes;

loop_of_bytes!(
    row_of_bytes,
    (zero_point: i32, ties: bool),
    [
        "ldrb r4, [sp, #60]",
        "adr.w r5, 6f",
        "adr.w r6, 7f",
        "cmp r4, #0",
        "it ne",
        "movne r5, r6",
        "orr r5, r5, #1",
        "str r5, [sp, #60]"
    ],
    ["it eq\nldreq pc, [sp, #60]"],
    [
        "ldr pc, [sp, #60]",
        ".p2align 2",
        "6:",
        finish_one_row!("@"),
        "b 5f",
        ".p2align 2",
        "7:",
        finish_one_row!("add"),
        "5:"
    ]
);
