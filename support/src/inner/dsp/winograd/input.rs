//! The transformation of patches of the image.

use crate::inner::portable::{PATCH, WinogradStep};
use core::arch::naked_asm;

/// As [`crate::inner::portable::winograd_input`].
#[inline(always)]
pub fn winograd_input(image: &[i8], line: usize, channels: usize, to: &mut [WinogradStep]) {
    let (rows, columns) = PATCH;
    let last = line.wrapping_mul(rows.wrapping_sub(1)).wrapping_add(channels.wrapping_mul(columns));
    let is_there = image.len() >= last && to.len() >= channels >> 1;
    if channels == 0 || !channels.is_multiple_of(4) || !is_there {
        return;
    }
    // SAFETY: the image has four rows of six pixels with so many channels, a multiple of four and not zero, and `to` a
    // step for every two of them.
    #[allow(unsafe_code)]
    unsafe {
        input(image.as_ptr(), line, channels, to.as_mut_ptr());
    }
}

/// Four channels of one column: 22 instructions and two for its addresses.
macro_rules! column {
    () => {
        "ldr r4, [lr]
         ldr r5, [lr, r1]
         ldr r6, [lr, r1, lsl #1]
         add r11, lr, r1
         ldr r7, [r11, r1, lsl #1]
         add lr, lr, r2
         sxtb16 r8, r4
         sxtb16 r9, r5
         sxtb16 r10, r6
         sxtb16 r11, r7
         ssub16 r8, r8, r10
         ssub16 r11, r9, r11
         ssub16 r10, r10, r9
         sxtab16 r9, r9, r6
         stm r12!, {{r8, r9, r10, r11}}
         sxtb16 r8, r4, ror #8
         sxtb16 r9, r5, ror #8
         sxtb16 r10, r6, ror #8
         sxtb16 r11, r7, ror #8
         ssub16 r8, r8, r10
         ssub16 r11, r9, r11
         ssub16 r10, r10, r9
         sxtab16 r9, r9, r6, ror #8
         stm r12!, {{r8, r9, r10, r11}}"
    };
}

/// Two channels of one row of positions for both tiles, from six columns that lie 32 bytes apart from `$at` on, to the
/// four positions' places.
macro_rules! row {
    ($at:literal, $a:literal, $b:literal, $c:literal, $d:literal) => {
        concat!(
            "ldr r4, [sp, #(",
            $at,
            ")]\n",
            "ldr r5, [sp, #(",
            $at,
            " + 32)]\n",
            "ldr r6, [sp, #(",
            $at,
            " + 64)]\n",
            "ldr r7, [sp, #(",
            $at,
            " + 96)]\n",
            "ldr r8, [sp, #(",
            $at,
            " + 128)]\n",
            "ldr r9, [sp, #(",
            $at,
            " + 160)]\n",
            "ssub16 r10, r4, r6\n",
            "ssub16 r11, r6, r8\n",
            "strd r10, r11, [r3, #(",
            $a,
            ")]\n",
            "sadd16 r10, r5, r6\n",
            "sadd16 r11, r7, r8\n",
            "strd r10, r11, [r3, #(",
            $b,
            ")]\n",
            "ssub16 r10, r6, r5\n",
            "ssub16 r11, r8, r7\n",
            "strd r10, r11, [r3, #(",
            $c,
            ")]\n",
            "ssub16 r10, r5, r7\n",
            "ssub16 r11, r7, r9\n",
            "strd r10, r11, [r3, #(",
            $d,
            ")]\n",
        )
    };
}

/// # Safety
///
/// There are four rows, `line` bytes apart, of six pixels with `channels` bytes at `image`, a multiple of four and not
/// zero, and a step for every two of them at `to`.
#[allow(unsafe_code)]
#[unsafe(naked)]
unsafe extern "C" fn input(image: *const i8, line: usize, channels: usize, to: *mut WinogradStep) {
    // On the stack: six columns of eight words, of two channels and of the other two four rows each, then at 192 the end of
    // the channels, then what is saved. Places are eight times the index in `POSITIONS`.
    naked_asm!(
        ".arch armv7e-m",
        "push {{r4, r5, r6, r7, r8, r9, r10, r11, lr}}",
        "add r4, r0, r2",
        "push {{r4}}",
        "sub sp, sp, #192",
        "2:",
        "mov r12, sp",
        "mov lr, r0",
        column!(),
        column!(),
        column!(),
        column!(),
        column!(),
        column!(),
        row!("0", "120", "32", "40", "48"),
        row!("4", "112", "0", "8", "56"),
        row!("8", "104", "24", "16", "64"),
        row!("12", "96", "88", "80", "72"),
        row!("16", "120 + 128", "32 + 128", "40 + 128", "48 + 128"),
        row!("20", "112 + 128", "0 + 128", "8 + 128", "56 + 128"),
        row!("24", "104 + 128", "24 + 128", "16 + 128", "64 + 128"),
        row!("28", "96 + 128", "88 + 128", "80 + 128", "72 + 128"),
        "ldr r4, [sp, #192]",
        "adds r0, #4",
        "add r3, r3, #256",
        "cmp r0, r4",
        "bne 2b",
        "add sp, sp, #196",
        "pop {{r4, r5, r6, r7, r8, r9, r10, r11, pc}}",
    )
}
