//! Sums of two operands, four elements at a time.

use crate::inner::portable::{self, SumScales};
use core::arch::naked_asm;
use core::cell::Cell;

/// As [`crate::inner::portable::sums_s8`].
#[inline(always)]
pub fn sums_s8(p: &SumScales, left: &[Cell<i8>], right: &[Cell<i8>], output: &[Cell<i8>]) {
    let len = output.len().min(left.len()).min(right.len());
    if len == 0 || [p.left, p.right, p.output].iter().any(|factor| factor.shift > 0) {
        return portable::sums_s8(p, left, right, output);
    }
    // SAFETY: there are as many elements of all three, one at least, and cells may be written to wherever they lie; no
    // shift is to the left.
    #[allow(unsafe_code)]
    unsafe {
        sums(left.as_ptr().cast(), right.as_ptr().cast(), output.as_ptr().cast_mut().cast(), p, len);
    }
}

/// `$x` shifted to the right by the number in `$shift`, which is in all of `$shifts` too, half away from zero.
macro_rules! shift {
    ($x:literal, $shift:literal, $shifts:literal) => {
        concat!(
            "vand q2, ",
            $x,
            ", ",
            $shifts,
            "\n",
            "vshr.s32 q2, q2, #31\n",
            "vqadd.s32 ",
            $x,
            ", ",
            $x,
            ", q2\n",
            "vrshl.s32 ",
            $x,
            ", ",
            $shift,
            "\n",
        )
    };
}

/// The next elements from `$at` on the common scale.
macro_rules! operand {
    ($x:literal, $at:literal, $zero_point:literal, $multiplier:literal, $shift:literal, $shifts:literal) => {
        concat!(
            "vldrb.s32 ",
            $x,
            ", [",
            $at,
            "], #4\n",
            "vsub.i32 ",
            $x,
            ", ",
            $x,
            ", ",
            $zero_point,
            "\n",
            "vshl.s32 ",
            $x,
            ", r12\n",
            "vqrdmulh.s32 ",
            $x,
            ", ",
            $x,
            ", ",
            $multiplier,
            "\n",
            shift!($x, $shift, $shifts),
        )
    };
}

/// # Safety
///
/// There are `len` bytes at the three addresses, one at least, and the scales' shifts are none to the left.
#[allow(unsafe_code)]
#[unsafe(naked)]
unsafe extern "C" fn sums(
    left: *const i8,
    right: *const i8,
    output: *mut i8,
    scales: *const SumScales,
    len: usize,
) {
    // The factors are in `r3` to `r11`, the headroom in `r12`.
    naked_asm!(
        ".cpu cortex-m55",
        // On the stack: what is saved, then at 104 the length.
        "push {{r4, r5, r6, r7, r8, r9, r10, r11, r12, lr}}",
        "vpush {{d8, d9, d10, d11, d12, d13, d14, d15}}",
        "ldrd r4, r5, [r3, #40]",
        "vdup.32 q4, r4",
        "vdup.32 q5, r5",
        "ldr r12, [r3, #36]",
        "ldr lr, [sp, #104]",
        "ldm r3, {{r3, r4, r5, r6, r7, r8, r9, r10, r11}}",
        "vdup.32 q3, r5",
        "vdup.32 q6, r8",
        "vdup.32 q7, r11",
        "dlstp.32 lr, lr",
        "2:",
        operand!("q0", "r0", "r3", "r4", "r5", "q3"),
        operand!("q1", "r1", "r6", "r7", "r8", "q6"),
        "vadd.i32 q0, q0, q1",
        "vqrdmulh.s32 q0, q0, r10",
        shift!("q0", "r11", "q7"),
        "vadd.i32 q0, q0, r9",
        "vmax.s32 q0, q0, q4",
        "vmin.s32 q0, q0, q5",
        "vstrb.32 q0, [r2], #4",
        "letp lr, 2b",
        "vpop {{d8, d9, d10, d11, d12, d13, d14, d15}}",
        "pop {{r4, r5, r6, r7, r8, r9, r10, r11, r12, pc}}",
    )
}
