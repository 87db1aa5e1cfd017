//! Sums of one row, with weights less their signs.

use crate::inner::flash::Flash;
use crate::inner::portable::{FOUR, FOUR_CONSTANTS, pairs};
use core::arch::naked_asm;
use core::mem::MaybeUninit;

/// As [`crate::inner::portable::bytes_of_row`].
#[inline(always)]
pub fn bytes_of_row(words: Flash<'_, i32>, x: &[i8], outputs: &mut [[i8; FOUR]]) {
    let start = pairs::start(x);
    let fours = words.chunks(x.len().wrapping_add(FOUR_CONSTANTS));
    for (outputs, words) in outputs.iter_mut().zip(fours) {
        let mut sums = MaybeUninit::uninit();
        // SAFETY: there are a word for each input, and all sums are written.
        #[allow(unsafe_code)]
        let sums = unsafe {
            one_row(words.start(), x.as_ptr(), x.len(), sums.as_mut_ptr(), start);
            sums.assume_init()
        };
        *outputs = super::outputs_of_sums(words.range(x.len(), FOUR_CONSTANTS), sums);
    }
}

/// One input, whose distance from `r1` is in `$x`, with weights from `$a` on: thirteen instructions.
macro_rules! step {
    ($x:literal, $a:literal, $b:literal, $c:literal, $d:literal) => {
        concat!(
            "ldrsb r2, [r1, ",
            $x,
            "]\nldrb r3, [r0, #",
            $a,
            "]\nmuls r3, r2, r3\nadd r8, r3\nldrb r3, [r0, #",
            $b,
            "]\nmuls r3, r2, r3\nadd r9, r3\nldrb r3, [r0, #",
            $c,
            "]\nmuls r3, r2, r3\nadd r10, r3\nldrb r3, [r0, #",
            $d,
            "]\nmuls r3, r2, r3\nadd r11, r3\n",
        )
    };
}

/// Eight inputs: 107 instructions.
macro_rules! eight {
    () => {
        concat!(
            step!("r4", "0", "1", "2", "3"),
            step!("r5", "4", "5", "6", "7"),
            step!("r6", "8", "9", "10", "11"),
            step!("r7", "12", "13", "14", "15"),
            "adds r1, r1, #4\n",
            step!("r4", "16", "17", "18", "19"),
            step!("r5", "20", "21", "22", "23"),
            step!("r6", "24", "25", "26", "27"),
            step!("r7", "28", "29", "30", "31"),
            "adds r1, r1, #4\nadds r0, #32\n",
        )
    };
}

/// # Safety
///
/// There are `len` bytes at `x`, as many words, and room for the sums.
#[allow(unsafe_code)] // the compiler adds to none of the upper registers
#[unsafe(naked)]
unsafe extern "C" fn one_row(
    words: *const i32,
    x: *const i8,
    len: usize,
    sums: *mut [i32; FOUR],
    start: i32,
) {
    // `r4` to `r7` are 0 to 3, for bytes with a sign are loaded from a sum of two registers only; `r12` is the end of
    // the inputs, `lr` that of those that eight do not divide, which come first. What begins is at 40 on the stack.
    naked_asm!(
        "push {{r3, r4, r5, r6, r7, lr}}",
        "mov r4, r8",
        "mov r5, r9",
        "mov r6, r10",
        "mov r7, r11",
        "push {{r4, r5, r6, r7}}",
        "adds r3, r1, r2",
        "mov r12, r3",
        "movs r4, #7",
        "ands r4, r2",
        "adds r4, r4, r1",
        "mov lr, r4",
        "ldr r4, [sp, #40]",
        "mov r8, r4",
        "mov r9, r4",
        "mov r10, r4",
        "mov r11, r4",
        "movs r4, #0",
        "movs r5, #1",
        "movs r6, #2",
        "movs r7, #3",
        "5:",
        "cmp r1, lr",
        "beq 6f",
        step!("r4", "0", "1", "2", "3"),
        "adds r0, r0, #4",
        "adds r1, r1, #1",
        "b 5b",
        "6:",
        "mov r2, r12",
        "subs r2, r2, r1",
        "bne 9f",
        "b 7f",
        // Whether eights are odd.
        "9:",
        "lsls r2, r2, #28",
        "bmi 4f",
        "3:",
        eight!(),
        "4:",
        eight!(),
        "cmp r1, r12",
        "beq 7f",
        "b 3b",
        "7:",
        "ldr r3, [sp, #16]",
        "mov r4, r8",
        "mov r5, r9",
        "mov r6, r10",
        "mov r7, r11",
        "stm r3!, {{r4, r5, r6, r7}}",
        "pop {{r4, r5, r6, r7}}",
        "mov r8, r4",
        "mov r9, r5",
        "mov r10, r6",
        "mov r11, r7",
        "pop {{r3, r4, r5, r6, r7, pc}}",
    )
}
