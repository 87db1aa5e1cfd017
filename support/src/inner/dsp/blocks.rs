//! Four units at a time.

use crate::inner::flash::Flash;
use crate::inner::portable::{BLOCK, BLOCK_CONSTANTS, BlockOutput};
use core::arch::naked_asm;

/// Whether there is something to do, and the constants and the addresses are there for `units` units.
#[inline(always)]
pub(super) fn suffices(blocks: Flash<'_, i32>, steps: usize, units: usize) -> bool {
    let words = (units >> 2).wrapping_mul(steps.wrapping_mul(2).wrapping_add(BLOCK_CONSTANTS));
    steps > 0 && units >= BLOCK && blocks.len() >= words
}

/// As [`crate::inner::portable::block_rows_2`].
#[inline(always)]
pub fn block_rows_2(
    blocks: Flash<'_, i32>,
    x: &[[i32; 2]],
    to: BlockOutput,
    first: &mut [i8],
    second: Option<&mut [i8]>,
) {
    let least = second.as_ref().map_or(first.len(), |second| second.len().min(first.len()));
    let units = least & !(BLOCK - 1);
    if !suffices(blocks, x.len(), units) {
        return;
    }
    let start = first.as_mut_ptr();
    let second = second.map_or(start, <[i8]>::as_mut_ptr);
    let end = start.wrapping_add(units);
    // SAFETY: there are inputs and steps, as many of both; `suffices` found the constants of `units` units, a
    // multiple of four and not zero, and both outputs, which may be one, have that many elements.
    #[allow(unsafe_code)]
    unsafe {
        two_rows(x.as_ptr(), blocks.start(), start, second, x.len(), end, to.zero_point, to.ties);
    }
}

/// One step: two inputs of two rows and of four units. Twelve instructions of four bytes each.
macro_rules! step_of_two_rows {
    () => {
        "ldrd r2, r3, [r0], #8
         ldrd r12, lr, [r1], #8
         smlad r6, r12, r2, r6
         smlad r7, r12, r3, r7
         sxtb16 r12, r12
         smlad r4, r12, r2, r4
         smlad r5, r12, r3, r5
         smlad r10, lr, r2, r10
         smlad r11, lr, r3, r11
         sxtb16 lr, lr
         smlad r8, lr, r2, r8
         smlad r9, lr, r3, r9"
    };
}

/// From two sums of one unit in `$p` and `$q`, doubled, with a multiplier in `r2` and a divisor in `r3`, to outputs.
macro_rules! outputs_of_two_rows {
    ($p:literal, $q:literal, $ties:literal) => {
        concat!(
            "smmulr ",
            $p,
            ", ",
            $p,
            ", r2\n",
            "smmulr ",
            $q,
            ", ",
            $q,
            ", r2\n",
            $ties,
            " ",
            $p,
            ", ",
            $p,
            ", ",
            $p,
            ", asr #31\n",
            $ties,
            " ",
            $q,
            ", ",
            $q,
            ", ",
            $q,
            ", asr #31\n",
            "smmlar ",
            $p,
            ", ",
            $p,
            ", r3, r0\n",
            "smmlar ",
            $q,
            ", ",
            $q,
            ", r3, r0\n",
            "ssat ",
            $p,
            ", #8, ",
            $p,
            "\n",
            "ssat ",
            $q,
            ", #8, ",
            $q,
            "\n",
            "strb ",
            $p,
            ", [r12], #1\n",
            "strb ",
            $q,
            ", [lr], #1\n",
        )
    };
}

/// Two units, of which `$a` and `$b` are the sums of the first for both rows, and `$c` and `$d` those of both.
macro_rules! pair_of_two_rows {
    ($a:literal, $b:literal, $c:literal, $d:literal, $ties:literal) => {
        concat!(
            "sub ",
            $c,
            ", ",
            $c,
            ", ",
            $a,
            "\n",
            "sub ",
            $d,
            ", ",
            $d,
            ", ",
            $b,
            "\n",
            "ldrd r2, r3, [r1], #8\n",
            "lsl ",
            $a,
            ", ",
            $a,
            ", #1\n",
            "lsl ",
            $b,
            ", ",
            $b,
            ", #1\n",
            outputs_of_two_rows!($a, $b, $ties),
            "ldm r1!, {{r2, r3, ",
            $a,
            "}}\n",
            "add ",
            $c,
            ", ",
            $a,
            ", ",
            $c,
            ", asr #7\n",
            "add ",
            $d,
            ", ",
            $a,
            ", ",
            $d,
            ", asr #7\n",
            outputs_of_two_rows!($c, $d, $ties),
        )
    };
}

/// All of a block's outputs, and on to the next block.
macro_rules! finish_two_rows {
    ($ties:literal) => {
        concat!(
            "ldrd r12, lr, [sp, #8]\n",
            "ldr r0, [sp, #60]\n",
            pair_of_two_rows!("r4", "r5", "r6", "r7", $ties),
            pair_of_two_rows!("r8", "r9", "r10", "r11", $ties),
            "strd r12, lr, [sp, #8]\n",
            "ldr r2, [sp, #56]\n",
            "cmp r12, r2\n",
            "bne 2b\n",
        )
    };
}

/// # Safety
///
/// There are `steps`, at least one, pairs at `x`, from `first` to `end` a multiple of four bytes, at least one, as
/// many at `second`, and the constants of as many units at `blocks`.
#[allow(unsafe_code)]
#[unsafe(naked)]
#[allow(clippy::too_many_arguments)] // a loop has that many values
unsafe extern "C" fn two_rows(
    x: *const [i32; 2],
    blocks: *const i32,
    first: *mut i8,
    second: *mut i8,
    steps: usize,
    end: *mut i8,
    zero_point: i32,
    ties: bool,
) {
    // On the stack: 0 the inputs, 4 their end, 8 and 12 the outputs, then what is saved, then from 52 on the
    // arguments, two of which make room for addresses in this code: 52 the first step, 64 the output.
    naked_asm!(
        ".arch armv7e-m",
        "push {{r0, r1, r2, r3, r4, r5, r6, r7, r8, r9, r10, r11, lr}}",
        "ldr r4, [sp, #52]",
        "add r5, r0, r4, lsl #3",
        "str r5, [sp, #4]",
        // The first time round begins with as many steps as eight do not divide.
        "rsb r4, r4, #0",
        "and r4, r4, #7",
        "movs r5, #48",
        "mul r4, r4, r5",
        "adr.w r5, 3f",
        "add r4, r4, r5",
        "orr r4, r4, #1",
        "str r4, [sp, #52]",
        "ldrb r4, [sp, #64]",
        "adr.w r5, 4f",
        "adr.w r6, 5f",
        "cmp r4, #0",
        "it ne",
        "movne r5, r6",
        "orr r5, r5, #1",
        "str r5, [sp, #64]",
        "2:",
        "ldr r0, [sp]",
        "ldrd r4, r8, [r1], #8",
        "mov r5, r4",
        "mov r6, r4",
        "mov r7, r4",
        "mov r9, r8",
        "mov r10, r8",
        "mov r11, r8",
        "ldr pc, [sp, #52]",
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
        "ldr r12, [sp, #4]",
        "cmp r0, r12",
        "bne 3b",
        "ldr pc, [sp, #64]",
        ".p2align 2",
        "4:",
        finish_two_rows!("@"),
        "b 6f",
        ".p2align 2",
        "5:",
        finish_two_rows!("add"),
        "6:",
        "add sp, sp, #16",
        "pop {{r4, r5, r6, r7, r8, r9, r10, r11, pc}}",
    )
}

/// From a doubled sum in `$sum` to the output, with the multiplier in `$m` and the divisor in `$d`.
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
    let units = output.len() & !(BLOCK - 1);
    if !suffices(blocks, row.len().wrapping_add(1) >> 1, units) {
        return;
    }
    let range = output.as_mut_ptr_range();
    let end = range.start.wrapping_add(units);
    // SAFETY: there are inputs; `suffices` found the constants of `units` units, a multiple of four and not
    // zero, and the output has that many elements.
    #[allow(unsafe_code)]
    unsafe {
        row_of_bytes(row.as_ptr(), blocks.start(), range.start, row.len(), end, to.zero_point, to.ties);
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

/// # Safety
///
/// There are `len` bytes at `row`, at least one, a multiple of four bytes, at least one, from `output` to
/// `end`, and the constants of as many units at `blocks`.
#[allow(unsafe_code)]
#[unsafe(naked)]
unsafe extern "C" fn row_of_bytes(
    row: *const i8,
    blocks: *const i32,
    output: *mut i8,
    len: usize,
    end: *mut i8,
    zero_point: i32,
    ties: bool,
) {
    // On the stack: 0 the inputs, 4 where the first of them are read, 8 where the last ones are, 12 their number, then
    // what is saved, then from 52 on the arguments, one of which makes room for an address in this code: 60 the
    // output. `r3` is the end of the inputs that make whole words.
    naked_asm!(
        ".arch armv7e-m",
        "push {{r0, r1, r2, r3, r4, r5, r6, r7, r8, r9, r10, r11, lr}}",
        "ldrb r4, [sp, #60]",
        "adr.w r5, 6f",
        "adr.w r6, 7f",
        "cmp r4, #0",
        "it ne",
        "movne r5, r6",
        "orr r5, r5, #1",
        "str r5, [sp, #60]",
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
        "it eq",
        "ldreq pc, [sp, #60]",
        ".p2align 2",
        "9:",
        "ldrsb r8, [r0]",
        single_step!(),
        "ldr pc, [sp, #60]",
        ".p2align 2",
        "6:",
        finish_one_row!("@"),
        "b 5f",
        ".p2align 2",
        "7:",
        finish_one_row!("add"),
        "5:",
        "add sp, sp, #16",
        "pop {{r4, r5, r6, r7, r8, r9, r10, r11, pc}}",
    )
}
