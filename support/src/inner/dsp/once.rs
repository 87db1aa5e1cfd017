//! Four units at a time that are rounded once: the loops of `blocks`, `row` and `small` with other ends.

use super::blocks::{Outputs, loop_of_two_rows, step_of_two_rows};
use super::row::{four_bytes, loop_of_bytes, single_step};
use super::small::small_loop_of_bytes;
use crate::inner::flash::Flash;
use crate::inner::portable::BLOCK_CONSTANTS_ONCE;
use core::arch::naked_asm;

/// As [`crate::inner::portable::block_rows_2_once`].
#[inline(always)]
pub fn block_rows_2_once(
    blocks: Flash<'_, i32>,
    x: &[[i32; 2]],
    first: &mut [i8],
    second: Option<&mut [i8]>,
) {
    let Some(to_rows) = Outputs::new(blocks, BLOCK_CONSTANTS_ONCE, x.len(), first, second) else { return };
    let Outputs { first, second, end } = to_rows;
    // SAFETY: there are inputs and steps, as many of both; `Outputs` found the constants of as many units as there are up
    // to the end, a multiple of four and not zero, and both outputs, which may be one, have that many elements.
    #[allow(unsafe_code)]
    unsafe {
        two_rows_once(x.as_ptr(), blocks.start(), first, second, x.len(), end);
    }
}

/// From two sums of one unit in `$p` and `$q` with a multiplier in `$m` to outputs that are rounded once.
macro_rules! outputs_of_two_rows_once {
    ($p:literal, $q:literal, $m:literal) => {
        concat!(
            "smmul ",
            $p,
            ", ",
            $p,
            ", ",
            $m,
            "\n",
            "smmul ",
            $q,
            ", ",
            $q,
            ", ",
            $m,
            "\n",
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

/// Two units that are rounded once, whose sums are as above.
macro_rules! pair_of_two_rows_once {
    ($a:literal, $b:literal, $c:literal, $d:literal) => {
        concat!(
            "ldm r1!, {{r0, r2, r3}}\n",
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
            outputs_of_two_rows_once!($a, $b, "r0"),
            "add ",
            $c,
            ", r3, ",
            $c,
            ", asr #8\n",
            "add ",
            $d,
            ", r3, ",
            $d,
            ", asr #8\n",
            outputs_of_two_rows_once!($c, $d, "r2"),
        )
    };
}

loop_of_two_rows!(
    two_rows_once,
    (),
    [],
    [
        "ldrd r12, lr, [sp, #8]",
        pair_of_two_rows_once!("r4", "r5", "r6", "r7"),
        pair_of_two_rows_once!("r8", "r9", "r10", "r11"),
        "strd r12, lr, [sp, #8]",
        "ldr r2, [sp, #56]",
        "cmp r12, r2",
        "bne 2b"
    ]
);

/// As [`crate::inner::portable::block_bytes_once`].
#[inline(always)]
pub fn block_bytes_once(blocks: Flash<'_, i32>, row: &[i8], output: &mut [i8]) {
    let steps = row.len().wrapping_add(1) >> 1;
    let Some(outputs) = Outputs::new(blocks, BLOCK_CONSTANTS_ONCE, steps, output, None) else { return };
    let Outputs { first, end, .. } = outputs;
    // SAFETY: there are inputs; `Outputs` found the constants of as many units as there are up to the end, a multiple of
    // four and not zero, and the output has that many elements.
    #[allow(unsafe_code)]
    unsafe {
        row_of_bytes_once(row.as_ptr(), blocks.start(), first, row.len(), end);
    }
}

/// As [`crate::inner::portable::block_bytes_small_once`].
#[inline(always)]
pub fn block_bytes_small_once(blocks: Flash<'_, i32>, row: &[i8], output: &mut [i8]) {
    let steps = row.len().wrapping_add(1) >> 1;
    let Some(outputs) = Outputs::new(blocks, BLOCK_CONSTANTS_ONCE, steps, output, None) else { return };
    let Outputs { first, end, .. } = outputs;
    // SAFETY: as above.
    #[allow(unsafe_code)]
    unsafe {
        row_of_bytes_small_once(row.as_ptr(), blocks.start(), first, row.len(), end);
    }
}

/// From a sum in `$sum` with a multiplier in `$m` to an output that is rounded once.
macro_rules! output_of_one_row_once {
    ($sum:literal, $m:literal) => {
        concat!(
            "smmul ",
            $sum,
            ", ",
            $sum,
            ", ",
            $m,
            "\n",
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
macro_rules! pair_of_one_row_once {
    ($a:literal, $b:literal) => {
        concat!(
            "ldm r1!, {{r8, r9, r10}}\n",
            "sub ",
            $b,
            ", ",
            $b,
            ", ",
            $a,
            "\n",
            output_of_one_row_once!($a, "r8"),
            "add ",
            $b,
            ", r10, ",
            $b,
            ", asr #8\n",
            output_of_one_row_once!($b, "r9"),
        )
    };
}

loop_of_bytes!(
    row_of_bytes_once,
    (),
    ["adr.w r5, 6f", "orr r5, r5, #1"],
    ["beq 6f"],
    [
        ".p2align 2",
        "6:",
        pair_of_one_row_once!("r4", "r5"),
        pair_of_one_row_once!("r6", "r7"),
        "ldr r8, [sp, #52]",
        "cmp r2, r8",
        "bne 2b"
    ]
);

small_loop_of_bytes!(
    row_of_bytes_small_once,
    (),
    [pair_of_one_row_once!("r4", "r5"), pair_of_one_row_once!("r6", "r7")]
);
