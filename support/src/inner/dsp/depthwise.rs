//! A row of a depthwise convolution, channel by channel.

use super::depthwise_outputs::{compare_first, compare_last, constants, output, set_end};
use crate::inner::flash::Flash;
use crate::inner::portable::{CHANNEL_CONSTANTS, CHANNEL_CONSTANTS_ONCE, Row3x3, Rows3};
use core::arch::naked_asm;

/// As [`crate::inner::portable::Loop3x3`].
#[derive(Clone, Copy, Debug)]
pub struct Loop3x3<const CONSTANTS: usize = CHANNEL_CONSTANTS> {
    stride: usize,
    row: Row,
}

/// A function of this file, of which each is unsafe for the same reason: see its section `# Safety`.
type Row = unsafe extern "C" fn(
    *const i8,
    *mut i8,
    *const i32,
    usize,
    usize,
    usize,
    *const i32,
    i32,
    i32,
    bool,
    bool,
    usize,
);

impl Loop3x3 {
    /// As [`crate::inner::portable::Loop3x3::new`].
    pub const fn new<const STRIDE: usize, const TIES: bool>() -> Self {
        let row = match (STRIDE, TIES) {
            (2, false) => row_of_stride_2,
            (2, true) => row_of_stride_2_with_ties,
            (_, false) => row_of_stride_1,
            (_, true) => row_of_stride_1_with_ties,
        };
        Self { stride: if STRIDE == 2 { 2 } else { 1 }, row }
    }
}

impl Loop3x3<CHANNEL_CONSTANTS_ONCE> {
    /// As [`crate::inner::portable::Loop3x3::once`].
    pub const fn once<const STRIDE: usize>() -> Self {
        match STRIDE {
            2 => Self { stride: 2, row: row_of_stride_2_once },
            _ => Self { stride: 1, row: row_of_stride_1_once },
        }
    }
}

impl<const CONSTANTS: usize> Loop3x3<CONSTANTS> {
    /// As [`crate::inner::portable::Loop3x3::row`].
    #[inline(always)]
    pub fn row(&self, p: &Row3x3, rows: Rows3, constants: Flash<'_, i32>, image: &[i8], output: &mut [i8]) {
        let Row3x3 { channels, width, outputs, .. } = *p;
        let line = width.wrapping_mul(channels);
        let needed = line.wrapping_mul(if rows == Rows3::All { 3 } else { 2 });
        let words = channels.wrapping_mul(CONSTANTS);
        let Some(right) = p.right(self.stride) else { return };
        // A first or second column that is padding is the only one.
        let is_there = channels > 0 && width >= 2 && image.len() >= needed && constants.len() >= words;
        if !is_there || output.len() < outputs.wrapping_mul(channels) {
            return;
        }
        let padding = i32::from(p.padding);
        // SAFETY: the image has as many whole rows as `rows` says, with all columns that `outputs` outputs see, which is
        // one at least; the constants are those of `channels` channels, of which there is one, and the output has an
        // element for each channel of each of its columns.
        #[allow(unsafe_code)]
        unsafe {
            (self.row)(
                image.as_ptr(),
                output.as_mut_ptr(),
                constants.start(),
                channels,
                line,
                outputs.wrapping_sub(1).wrapping_mul(self.stride).wrapping_mul(channels),
                constants.start().wrapping_add(words),
                padding & 0xffff | padding << 16,
                p.zero_point,
                p.left,
                right,
                rows as usize,
            );
        }
    }
}

/// The next column, of three rows: the pair of the first two to `r12`, the third to `lr`.
macro_rules! column_3 {
    () => {
        "ldrsb r12, [r0]
         ldrsb lr, [r0, r1]
         pkhbt r12, r12, lr, lsl #16
         ldrsb lr, [r0, r1, lsl #1]
         add r0, r0, r2\n"
    };
}

/// The next column, of two rows.
macro_rules! column_2 {
    () => {
        "ldrsb r12, [r0]
         ldrsb lr, [r0, r1]
         pkhbt r12, r12, lr, lsl #16
         add r0, r0, r2\n"
    };
}

/// A column of padding.
macro_rules! padding {
    () => {
        "ldr r12, [sp, #80]
         mov lr, r12\n"
    };
}

/// `$to = $from + column · first tap`; the third row is left out if it is padding. So are the others below.
macro_rules! first_tap {
    (column_3, $to:literal, $from:literal) => {
        concat!("smlad ", $to, ", r12, r4, ", $from, "\n", "smlabb ", $to, ", lr, r7, ", $to, "\n")
    };
    (column_2, $to:literal, $from:literal) => {
        concat!("smlad ", $to, ", r12, r4, ", $from, "\n")
    };
}

macro_rules! second_tap {
    (column_3, $to:literal, $from:literal) => {
        concat!("smlad ", $to, ", r12, r5, ", $from, "\n", "smlabt ", $to, ", lr, r7, ", $to, "\n")
    };
    (column_2, $to:literal, $from:literal) => {
        concat!("smlad ", $to, ", r12, r5, ", $from, "\n")
    };
}

macro_rules! third_tap {
    (column_3, $to:literal, $from:literal) => {
        concat!("smlad ", $to, ", r12, r6, ", $from, "\n", "smlabb ", $to, ", lr, r8, ", $to, "\n")
    };
    (column_2, $to:literal, $from:literal) => {
        concat!("smlad ", $to, ", r12, r6, ", $from, "\n")
    };
}

/// All outputs of a channel, of which each column begins one: sums of the last column's and of the one before in
/// `r10` and `r9`.
macro_rules! stride_1 {
    ($column:ident, $form:ident) => {
        concat!(
            "ldrb r10, [sp, #88]\n",
            "cmp r10, #0\n",
            "beq 20f\n",
            padding!(),
            "b 21f\n",
            "20:\n",
            $column!(),
            "21:\n",
            first_tap!($column, "r9", "r11"),
            $column!(),
            first_tap!($column, "r10", "r11"),
            second_tap!($column, "r9", "r9"),
            // Outputs are as far apart as inputs.
            "sub r3, r3, r0\n",
            "sub r3, r3, r2\n",
            "ldr r12, [sp, #72]\n",
            "add r12, r12, r0\n",
            "cmp r12, r0\n",
            set_end!($form, 1),
            "beq 23f\n",
            "22:\n",
            $column!(),
            third_tap!($column, "r11", "r9"),
            second_tap!($column, "r9", "r10"),
            "ldr r10, [sp, #8]\n",
            first_tap!($column, "r10", "r10"),
            output!($form),
            "strb r11, [r0, r3]\n",
            compare_first!($form),
            compare_last!($form),
            "bne 22b\n",
            "23:\n",
            "ldrb r10, [sp, #92]\n",
            "cmp r10, #0\n",
            "beq 24f\n",
            padding!(),
            "add r0, r0, r2\n",
            "b 25f\n",
            "24:\n",
            $column!(),
            "25:\n",
            third_tap!($column, "r11", "r9"),
            output!($form),
            "strb r11, [r0, r3]\n",
        )
    };
}

/// The same where every other column begins one: its sum in `r9`, and the bias in `r10`.
macro_rules! stride_2 {
    ($column:ident, $form:ident) => {
        concat!(
            "mov r10, r11\n",
            "ldrb r9, [sp, #88]\n",
            "cmp r9, #0\n",
            "beq 20f\n",
            padding!(),
            "b 21f\n",
            "20:\n",
            $column!(),
            "21:\n",
            first_tap!($column, "r9", "r10"),
            $column!(),
            second_tap!($column, "r9", "r9"),
            "ldr r12, [sp, #72]\n",
            "add r12, r12, r0\n",
            "cmp r12, r0\n",
            set_end!($form, 2),
            "beq 23f\n",
            "22:\n",
            $column!(),
            third_tap!($column, "r11", "r9"),
            first_tap!($column, "r9", "r10"),
            output!($form),
            "strb r11, [r3]\n",
            compare_first!($form),
            $column!(),
            second_tap!($column, "r9", "r9"),
            "add r3, r3, r2\n",
            compare_last!($form),
            "bne 22b\n",
            "23:\n",
            "ldrb r10, [sp, #92]\n",
            "cmp r10, #0\n",
            "beq 24f\n",
            padding!(),
            "b 25f\n",
            "24:\n",
            $column!(),
            "25:\n",
            third_tap!($column, "r11", "r9"),
            output!($form),
            "strb r11, [r3]\n",
        )
    };
}

/// A function for a row of any number of channels.
macro_rules! row {
    ($name:ident, $outputs:ident, $form:ident) => {
        /// # Safety
        ///
        /// `image` has three rows of `line` bytes, two if `rows` is not 0, with a column of padding before if `left` and
        /// behind if `right`; the last output's columns lie `reach` bytes from the first one's. Up to `end` there are
        /// constants of `channels` channels, at least one, and `output` has an element for each of each output.
        #[allow(unsafe_code)]
        #[unsafe(naked)]
        #[allow(clippy::too_many_arguments)] // a loop has that many values
        unsafe extern "C" fn $name(
            image: *const i8,
            output: *mut i8,
            constants: *const i32,
            channels: usize,
            line: usize,
            reach: usize,
            end: *const i32,
            padding: i32,
            zero_point: i32,
            left: bool,
            right: bool,
            rows: usize,
        ) {
            // On the stack: 0 multiplier, 4 divisor, 8 bias, 12 the end of a loop, 16 the image, 20 the output, 24 constants,
            // 28 channels, then what is saved, then from 68 on the arguments. Without a divisor, the end is at 4.
            naked_asm!(
                ".arch armv7e-m",
                "push {{r4, r5, r6, r7, r8, r9, r10, r11, lr}}",
                "sub sp, sp, #32",
                "strd r0, r1, [sp, #16]",
                "str r3, [sp, #28]",
                "mov r0, r2",
                "10:",
                constants!($form),
                "str r0, [sp, #24]",
                "sxtb16 r5, r4, ror #8",
                "sxtb16 r4, r4",
                "sxtb16 r7, r6, ror #8",
                "sxtb16 r6, r6",
                "ldrd r0, r3, [sp, #16]",
                "add r12, r0, #1",
                "add lr, r3, #1",
                "strd r12, lr, [sp, #16]",
                "ldr r1, [sp, #68]",
                "ldr r2, [sp, #28]",
                "ldr r12, [sp, #96]",
                "cmp r12, #0",
                "bne 11f",
                "str r11, [sp, #8]",
                $outputs!(column_3, $form),
                "b 15f",
                "11:",
                "ldr lr, [sp, #80]",
                "cmp r12, #1",
                "bne 12f",
                // The padding of the first row to the bias, and the other rows in place of the first ones.
                "smlabb r11, r4, lr, r11",
                "smlabb r11, r5, lr, r11",
                "smlabb r11, r6, lr, r11",
                "lsl r12, r7, #16",
                "pkhtb r4, r12, r4, asr #16",
                "pkhtb r5, r7, r5, asr #16",
                "lsl r12, r8, #16",
                "pkhtb r6, r12, r6, asr #16",
                "b 13f",
                "12:",
                // The padding of the last row.
                "smlad r11, r7, lr, r11",
                "smlabb r11, r8, lr, r11",
                "13:",
                "str r11, [sp, #8]",
                $outputs!(column_2, $form),
                "15:",
                "ldr r0, [sp, #24]",
                "ldr r12, [sp, #76]",
                "cmp r0, r12",
                "bne 10b",
                "add sp, sp, #32",
                "pop {{r4, r5, r6, r7, r8, r9, r10, r11, pc}}",
            )
        }
    };
}

row!(row_of_stride_1, stride_1, half_up);
row!(row_of_stride_1_with_ties, stride_1, with_ties);
row!(row_of_stride_1_once, stride_1, once);
row!(row_of_stride_2, stride_2, half_up);
row!(row_of_stride_2_with_ties, stride_2, with_ties);
row!(row_of_stride_2_once, stride_2, once);
