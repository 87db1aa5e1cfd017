//! Four units at a time, for two rows.

use crate::inner::flash::Flash;
use crate::inner::portable::{BLOCK, BLOCK_CONSTANTS, BlockOutput};
use core::arch::naked_asm;

/// Where two rows of outputs begin, and where the first one's whole blocks end.
pub(super) struct Outputs {
    pub(super) first: *mut i8,
    pub(super) second: *mut i8,
    pub(super) end: *mut i8,
}

impl Outputs {
    /// Those of two rows, or of one twice, if there is something to do, and for all units of whole blocks there are the
    /// weights and `constants` words of each block beside them.
    #[inline(always)]
    pub(super) fn new(
        blocks: Flash<'_, i32>,
        constants: usize,
        steps: usize,
        first: &mut [i8],
        second: Option<&mut [i8]>,
    ) -> Option<Self> {
        let least = second.as_ref().map_or(first.len(), |second| second.len().min(first.len()));
        let units = least & !(BLOCK - 1);
        let words = (units >> 2).wrapping_mul(steps.wrapping_mul(2).wrapping_add(constants));
        if steps == 0 || units < BLOCK || blocks.len() < words {
            return None;
        }
        let first = first.as_mut_ptr();
        let second = second.map_or(first, <[i8]>::as_mut_ptr);
        Some(Self { first, second, end: first.wrapping_add(units) })
    }
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
    let Some(to_rows) = Outputs::new(blocks, BLOCK_CONSTANTS, x.len(), first, second) else { return };
    let Outputs { first, second, end } = to_rows;
    // SAFETY: there are inputs and steps, as many of both; `Outputs` found the constants of as many units as there are up
    // to the end, a multiple of four and not zero, and both outputs, which may be one, have that many elements.
    #[allow(unsafe_code)]
    unsafe {
        two_rows(x.as_ptr(), blocks.start(), first, second, x.len(), end, to.zero_point, to.ties);
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
pub(super) use step_of_two_rows;

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

/// A function for all blocks. `$begin` may leave addresses on the stack, and `$finish` makes the outputs of a block, and
/// goes on to the next block, or behind itself.
macro_rules! loop_of_two_rows {
    ($name:ident, ($($argument:ident: $ty:ty),*), [$($begin:expr),*], [$($finish:expr),*]) => {
        /// # Safety
        ///
        /// There are `steps`, at least one, pairs at `x`, from `first` to `end` a multiple of four bytes, at least one, as
        /// many at `second`, and the constants of as many units at `blocks`.
        #[allow(unsafe_code)]
        #[unsafe(naked)]
        #[allow(clippy::too_many_arguments)] // a loop has that many values
        unsafe extern "C" fn $name(
            x: *const [i32; 2],
            blocks: *const i32,
            first: *mut i8,
            second: *mut i8,
            steps: usize,
            end: *mut i8,
            $($argument: $ty),*
        ) {
            // On the stack: 0 the inputs, 4 their end, 8 and 12 the outputs, then what is saved, then from 52 on the
            // arguments, of which some make room for addresses in this code: 52 the first step, 64 the output, if there
            // are several ways to make it.
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
                $($begin,)*
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
                $($finish,)*
                "add sp, sp, #16",
                "pop {{r4, r5, r6, r7, r8, r9, r10, r11, pc}}",
            )
        }
    };
}
pub(super) use loop_of_two_rows;

loop_of_two_rows!(
    two_rows,
    (zero_point: i32, ties: bool),
    [
        "ldrb r4, [sp, #64]",
        "adr.w r5, 4f",
        "adr.w r6, 5f",
        "cmp r4, #0",
        "it ne",
        "movne r5, r6",
        "orr r5, r5, #1",
        "str r5, [sp, #64]"
    ],
    [
        "ldr pc, [sp, #64]",
        ".p2align 2",
        "4:",
        finish_two_rows!("@"),
        "b 6f",
        ".p2align 2",
        "5:",
        finish_two_rows!("add"),
        "6:"
    ]
);
