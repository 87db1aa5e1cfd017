//! One pixel of a depthwise convolution with any window.

use crate::inner::flash::Flash;
use crate::inner::portable::{BLOCK, TAPS_CONSTANTS, TAPS_CONSTANTS_ONCE, Tap, TapsOfPixel};
use core::arch::naked_asm;

/// As [`crate::inner::portable::depthwise_pixel`].
#[inline(always)]
pub fn depthwise_pixel(
    p: &TapsOfPixel,
    weights: Flash<'_, i8>,
    constants: Flash<'_, i32>,
    image: &[i8],
    output: &mut [i8],
) {
    of_pixel((pixel, TAPS_CONSTANTS), p, weights, constants, image, output);
}

/// As [`crate::inner::portable::depthwise_pixel_once`].
#[inline(always)]
pub fn depthwise_pixel_once(
    p: &TapsOfPixel,
    weights: Flash<'_, i8>,
    constants: Flash<'_, i32>,
    image: &[i8],
    output: &mut [i8],
) {
    of_pixel((pixel_once, TAPS_CONSTANTS_ONCE), p, weights, constants, image, output);
}

/// A function of this file, of which each is unsafe for the same reason: see its section `# Safety`.
type Pixel = unsafe extern "C" fn(
    *const i8,
    *const i8,
    *const i32,
    *mut i8,
    usize,
    usize,
    usize,
    usize,
    usize,
    usize,
    usize,
    i32,
    i32,
);

/// Runs a function that wants so many constants of a channel.
#[inline(always)]
fn of_pixel(
    (run, of_channel): (Pixel, usize),
    p: &TapsOfPixel,
    weights: Flash<'_, i8>,
    constants: Flash<'_, i32>,
    image: &[i8],
    output: &mut [i8],
) {
    let TapsOfPixel { channels, .. } = *p;
    // A column of taps is as good as a row, and faster.
    let (rows, columns) = if p.columns == 1 { (1, p.rows) } else { (p.rows, p.columns) };
    let column = |tap: Tap| if p.columns == 1 { tap.row } else { tap.column };
    // The last byte that is read, if anything is: that of the last tap's last channel.
    let last = |tap: Tap| {
        let rows = tap.row.wrapping_mul(rows.wrapping_sub(1));
        let columns = column(tap).wrapping_mul(columns.wrapping_sub(1));
        rows.wrapping_add(columns).wrapping_add(channels)
    };
    let is_there = image.len() >= last(p.image) && weights.len() >= last(p.weights);
    if channels < BLOCK || output.len() < channels || constants.len() < channels.wrapping_mul(of_channel) {
        return;
    }
    let rows = if columns == 0 { 0 } else { rows };
    if rows > 0 && !is_there {
        return;
    }
    let offset = i32::from(p.padding).wrapping_neg();
    // SAFETY: there are four channels at least, with as many outputs and the constants of each; and if there is a tap, an element
    // of each channel for every tap in the image and the weights.
    #[allow(unsafe_code)]
    unsafe {
        run(
            image.as_ptr(),
            weights.start(),
            constants.start(),
            output.as_mut_ptr(),
            channels,
            rows,
            columns,
            p.image.row,
            column(p.image),
            p.weights.row,
            column(p.weights),
            offset & 0xffff | offset << 16,
            p.zero_point,
        );
    }
}

/// From the sum in `$sum` to output `$at`, whose multiplier and divisor are at `$constants`.
macro_rules! output {
    ($sum:literal, $constants:literal, $at:literal) => {
        concat!(
            "ldrd r8, r9, [r2, #",
            $constants,
            "]\n",
            "lsl ",
            $sum,
            ", ",
            $sum,
            ", #1\n",
            "smmulr ",
            $sum,
            ", ",
            $sum,
            ", r8\n",
            "add ",
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
            ", r9, r10\n",
            "ssat ",
            $sum,
            ", #8, ",
            $sum,
            "\n",
            "strb ",
            $sum,
            ", [r3, #",
            $at,
            "]\n",
        )
    };
}

/// A function for the channels of a pixel. `$first` brings the first constants from channel `r8` to where they are wanted, and
/// `$outputs` makes outputs of four channels of sums, and leaves the channel in `r11`, and their number in `r9`.
macro_rules! pixel {
    ($name:ident, [$($first:expr),*], [$($outputs:expr),*]) => {
        /// # Safety
        ///
        /// There are four `channels` at least, as many elements at `output`, and the constants of each. For each
        /// of `rows` rows of `columns` taps, at least one if there are rows, there is an element for each channel,
        /// the image's and the weights' rows and columns as far apart as it is said.
        #[allow(unsafe_code)]
        #[unsafe(naked)]
        #[allow(clippy::too_many_arguments)] // a loop has that many values
        unsafe extern "C" fn $name(
            image: *const i8,
            weights: *const i8,
            constants: *const i32,
            output: *mut i8,
            channels: usize,
            rows: usize,
            columns: usize,
            image_row: usize,
            image_column: usize,
            weights_row: usize,
            weights_column: usize,
            offset: i32,
            zero_point: i32,
        ) {
            // On the stack: 0 to 12 the first arguments, 16 the channel, 20 rows that are left, 24 the constants from the
            // channel, then what is saved, then from 64 on the other arguments.
            naked_asm!(
                ".arch armv7e-m",
                "push {{r4, r5, r6, r7, r8, r9, r10, r11, lr}}",
                "sub sp, sp, #28",
                "strd r0, r1, [sp]",
                "strd r2, r3, [sp, #8]",
                "movs r8, #0",
                "2:",
                "str r8, [sp, #16]",
                "ldrd r0, r1, [sp]",
                "ldr r2, [sp, #8]",
                "add r0, r0, r8",
                "add r1, r1, r8",
                $($first,)*
                "ldr r12, [sp, #68]",
                "cmp r12, #0",
                "beq 5f",
                "ldr r10, [sp, #92]",
                "ldr r11, [sp, #80]",
                "ldr lr, [sp, #88]",
                "3:",
                "str r12, [sp, #20]",
                "ldr r12, [sp, #72]",
                "4:",
                "ldr r2, [r0]",
                "ldr r8, [r1]",
                "add r0, r0, r11",
                "add r1, r1, lr",
                "sxtab16 r9, r10, r2",
                "sxtab16 r2, r10, r2, ror #8",
                "sxtb16 r3, r8",
                "sxtb16 r8, r8, ror #8",
                "smlabb r4, r9, r3, r4",
                "smlabb r5, r2, r8, r5",
                "smlatt r6, r9, r3, r6",
                "smlatt r7, r2, r8, r7",
                "subs r12, r12, #1",
                "bne 4b",
                // From behind the last tap of a row to the first of the next.
                "ldrd r2, r3, [sp, #72]",
                "ldr r8, [sp, #84]",
                "mls r0, r2, r11, r0",
                "mls r1, r2, lr, r1",
                "add r0, r0, r3",
                "add r1, r1, r8",
                "ldr r12, [sp, #20]",
                "subs r12, r12, #1",
                "bne 3b",
                "5:",
                "ldr r2, [sp, #24]",
                "ldr r3, [sp, #12]",
                "ldr r11, [sp, #16]",
                "add r3, r3, r11",
                $($outputs,)*
                // The last four channels begin before the ones of their own, if four do not divide them.
                "add r8, r11, #4",
                "cmp r8, r9",
                "beq 6f",
                "sub r9, r9, #4",
                "cmp r8, r9",
                "it hi",
                "movhi r8, r9",
                "b 2b",
                "6:",
                "add sp, sp, #28",
                "pop {{r4, r5, r6, r7, r8, r9, r10, r11, pc}}",
            )
        }
    };
}

pixel!(
    pixel,
    [
        "add r8, r8, r8, lsl #1",
        "add r2, r2, r8, lsl #2",
        "str r2, [sp, #24]",
        "ldr r4, [r2]",
        "ldr r5, [r2, #12]",
        "ldr r6, [r2, #24]",
        "ldr r7, [r2, #36]"
    ],
    [
        "ldr r10, [sp, #96]",
        output!("r4", "4", "0"),
        output!("r5", "16", "1"),
        output!("r6", "28", "2"),
        output!("r7", "40", "3"),
        "ldr r9, [sp, #64]"
    ]
);

pixel!(
    pixel_once,
    ["add r2, r2, r8, lsl #2", "str r2, [sp, #24]", "ldm r2, {{r4, r5, r6, r7}}"],
    [
        "ldr r9, [sp, #64]",
        "add r2, r2, r9, lsl #2",
        "ldm r2, {{r2, r8, r10, r12}}",
        "smmul r4, r4, r2",
        "smmul r5, r5, r8",
        "smmul r6, r6, r10",
        "smmul r7, r7, r12",
        "ssat r4, #8, r4",
        "ssat r5, #8, r5",
        "ssat r6, #8, r6",
        "ssat r7, #8, r7",
        "strb r4, [r3]",
        "strb r5, [r3, #1]",
        "strb r6, [r3, #2]",
        "strb r7, [r3, #3]"
    ]
);
