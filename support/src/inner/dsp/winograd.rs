//! Windows of 3 × 3 by the algorithm of Winograd, two tiles and four units at a time.

mod input;

pub use input::winograd_input;

use crate::inner::flash::Flash;
use crate::inner::portable::{BLOCK, BlockOutput, TILE_PIXELS, WINOGRAD_CONSTANTS, WinogradStep};
use core::arch::naked_asm;

/// As [`crate::inner::portable::winograd_units`].
#[inline(always)]
pub fn winograd_units(
    blocks: Flash<'_, i32>,
    x: &[WinogradStep],
    to: BlockOutput,
    units: usize,
    pixels: &[usize; TILE_PIXELS],
    output: &mut [i8],
) {
    let units = units & !(BLOCK - 1);
    let words = x.len().wrapping_mul(16 * BLOCK).wrapping_add(WINOGRAD_CONSTANTS);
    let last = output.len().checked_sub(units);
    let is_there = last.is_some_and(|last| pixels.iter().all(|&pixel| pixel <= last));
    if x.is_empty() || units == 0 || blocks.len() < words.wrapping_mul(units >> 2) || !is_there {
        return;
    }
    let start = output.as_mut_ptr();
    let pixels = pixels.map(|pixel| start.wrapping_add(pixel));
    // SAFETY: there are steps, and the constants of `units` units, a multiple of four and not zero; from each pixel on the
    // output has as many elements.
    #[allow(unsafe_code)]
    unsafe {
        blocks_of_units(x.as_ptr(), blocks.start(), x.len(), &pixels, units, to.zero_point, to.ties);
    }
}

/// One step: the pairs of two tiles at one position and of four units. Eleven instructions of four bytes each.
macro_rules! step {
    () => {
        "ldrd r2, r3, [r0], #128
         ldrd r12, lr, [r1], #8
         smlad r4, r12, r2, r4
         smlad r5, r12, r3, r5
         smlad r6, lr, r2, r6
         smlad r7, lr, r3, r7
         ldrd r12, lr, [r1], #8
         smlad r8, r12, r2, r8
         smlad r9, r12, r3, r9
         smlad r10, lr, r2, r10
         smlad r11, lr, r3, r11"
    };
}

/// Loads what the sums of one unit were at the end of a position, for both tiles.
macro_rules! noted {
    ($a:literal, $b:literal, $position:literal) => {
        concat!("ldrd ", $a, ", ", $b, ", [r1, #((15 - ", $position, ") * 48)]\n")
    };
}

/// Adds what is noted of a position, or takes it off, or takes it off the double of what there is (`rsb` and a shift).
macro_rules! add_noted {
    ($what:literal, $position:literal, $a:literal, $b:literal) => {
        concat!(
            noted!("r2", "r3", $position),
            $what,
            " ",
            $a,
            ", ",
            $a,
            ", r2\n",
            $what,
            " ",
            $b,
            ", ",
            $b,
            ", r3\n",
        )
    };
}

/// From four times a sum to the output, with the multiplier in `r2`, the divisor in `r3` and the zero point in `r12`.
macro_rules! output {
    ($sum:literal, $pixel:literal, $ties:literal) => {
        concat!(
            "asr ",
            $sum,
            ", ",
            $sum,
            ", #1\n",
            "smmulr ",
            $sum,
            ", ",
            $sum,
            ", r2\n",
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
            ", r3, r12\n",
            "ssat ",
            $sum,
            ", #8, ",
            $sum,
            "\n",
            "strb ",
            $sum,
            ", [r0, #(4 * ",
            $pixel,
            ")]\n",
        )
    };
}

/// All outputs of one unit.
macro_rules! outputs {
    ($ties:literal) => {
        concat!(
            output!("r4", "0", $ties),
            output!("r6", "1", $ties),
            output!("r8", "2", $ties),
            output!("r10", "3", $ties),
            output!("r5", "4", $ties),
            output!("r7", "5", $ties),
            output!("r9", "6", $ties),
            output!("r11", "7", $ties),
        )
    };
}

/// # Safety
///
/// There are `steps` steps, at least one, at `x`, the constants of `units` units, a multiple of four and not zero, at
/// `blocks`, and as many bytes at each of the pixels.
#[allow(unsafe_code)]
#[unsafe(naked)]
#[allow(clippy::too_many_arguments)] // a loop has that many values
unsafe extern "C" fn blocks_of_units(
    x: *const WinogradStep,
    blocks: *const i32,
    steps: usize,
    pixels: &[*mut i8; TILE_PIXELS],
    units: usize,
    zero_point: i32,
    ties: bool,
) {
    // On the stack: 0 the inputs, 4 the constants, 8 the pixels, 12 units that are done, 16 the end of the first position,
    // 20 from the end of a position to the start of the next, 24 the first step, 28 the output, 32 the outputs of four units by
    // pixel, then what is saved, then from 100 on the arguments. Below that a frame for each position, pushed at its end: the end
    // of the next one, the way to it, eight sums, how many positions there are left, and the first step.
    naked_asm!(
        ".arch armv7e-m",
        "push {{r4, r5, r6, r7, r8, r9, r10, r11, lr}}",
        "sub sp, sp, #64",
        "strd r0, r1, [sp]",
        "movs r4, #0",
        "strd r3, r4, [sp, #8]",
        "lsls r4, r2, #7",
        "add r5, r0, r4",
        "subs r4, #8",
        "strd r5, r4, [sp, #16]",
        // The first time round begins with as many steps as eight do not divide.
        "rsb r4, r2, #0",
        "and r4, r4, #7",
        "movs r5, #44",
        "mul r4, r4, r5",
        "adr.w r5, 4f",
        "add r4, r4, r5",
        "orr r4, r4, #1",
        "ldrb r7, [sp, #108]",
        "adr.w r5, 6f",
        "adr.w r6, 7f",
        "cmp r7, #0",
        "it ne",
        "movne r5, r6",
        "orr r5, r5, #1",
        "strd r4, r5, [sp, #24]",
        "2:",
        "ldrd r0, r1, [sp]",
        "ldrd r4, r6, [r1], #8",
        "ldrd r8, r10, [r1], #8",
        "mov r5, r4",
        "mov r7, r6",
        "mov r9, r8",
        "mov r11, r10",
        "ldrd r2, r3, [sp, #16]",
        "ldr lr, [sp, #24]",
        "mov r12, #16",
        "push {{r2, r3, r4, r5, r6, r7, r8, r9, r10, r11, r12, lr}}",
        "3:",
        "ldr pc, [sp, #44]",
        ".p2align 2",
        "4:",
        step!(),
        step!(),
        step!(),
        step!(),
        step!(),
        step!(),
        step!(),
        step!(),
        "ldrd r2, r3, [sp]",
        "cmp r0, r2",
        "bne 4b",
        "ldrd r12, lr, [sp, #40]",
        "adds r2, #8",
        "sub r0, r0, r3",
        "subs r12, r12, #1",
        "push {{r2, r3, r4, r5, r6, r7, r8, r9, r10, r11, r12, lr}}",
        "bne 3b",
        // Seventeen frames of 48 bytes are 816.
        "str r1, [sp, #(816 + 4)]",
        "add r1, sp, #8",
        "add r0, sp, #(816 + 32)",
        "5:",
        noted!("r2", "r3", "0"),
        noted!("r12", "lr", "2"),
        "sub r6, r2, r12",
        "sub r7, r3, lr",
        "add r10, r2, r12",
        "add r11, r3, lr",
        noted!("r8", "r9", "1"),
        "sub r10, r10, r8",
        "sub r11, r11, r9",
        add_noted!("sub", "7", "r10", "r11"),
        add_noted!("add", "10", "r10", "r11"),
        add_noted!("sub", "13", "r8", "r9"),
        add_noted!("add", "4", "r6", "r7"),
        noted!("r2", "r3", "8"),
        "rsb r6, r2, r6, lsl #1",
        "rsb r7, r3, r7, lsl #1",
        noted!("r2", "r3", "3"),
        "rsb r8, r2, r8, lsl #1",
        "rsb r9, r3, r9, lsl #1",
        "rsb r10, r2, r10, lsl #1",
        "rsb r11, r3, r11, lsl #1",
        add_noted!("add", "9", "r8", "r9"),
        add_noted!("add", "14", "r8", "r9"),
        add_noted!("add", "6", "r10", "r11"),
        add_noted!("sub", "11", "r10", "r11"),
        noted!("r4", "r5", "5"),
        add_noted!("sub", "12", "r4", "r5"),
        add_noted!("add", "15", "r4", "r5"),
        "ldr r12, [sp, #(816 + 4)]",
        "ldrd r2, r3, [r12], #8",
        "str r12, [sp, #(816 + 4)]",
        "ldr r12, [sp, #(816 + 104)]",
        "ldr pc, [sp, #(816 + 28)]",
        ".p2align 2",
        "6:",
        outputs!("@"),
        "b 8f",
        ".p2align 2",
        "7:",
        outputs!("add"),
        "8:",
        "adds r1, #8",
        "adds r0, #1",
        "tst r0, #3",
        "bne 5b",
        // The words of eight pixels to their places, the last ones first.
        "subs r0, #4",
        "ldm r0, {{r4, r5, r6, r7, r8, r9, r10, r11}}",
        "ldr r12, [sp, #(816 + 8)]",
        "ldr r3, [sp, #(816 + 12)]",
        "ldr r2, [r12, #28]",
        "str r11, [r2, r3]",
        "ldr r2, [r12, #24]",
        "str r10, [r2, r3]",
        "ldr r2, [r12, #20]",
        "str r9, [r2, r3]",
        "ldr r2, [r12, #16]",
        "str r8, [r2, r3]",
        "ldr r2, [r12, #12]",
        "str r7, [r2, r3]",
        "ldr r2, [r12, #8]",
        "str r6, [r2, r3]",
        "ldr r2, [r12, #4]",
        "str r5, [r2, r3]",
        "ldr r2, [r12]",
        "str r4, [r2, r3]",
        "adds r3, #4",
        "str r3, [sp, #(816 + 12)]",
        "ldr r2, [sp, #(816 + 100)]",
        "add sp, sp, #816",
        "cmp r3, r2",
        "bne 2b",
        "add sp, sp, #64",
        "pop {{r4, r5, r6, r7, r8, r9, r10, r11, pc}}",
    )
}
