//! Units that see all of a row.

use crate::inner::portable::{self, Rounding, UnitRows};
use core::arch::naked_asm;
use core::ptr;

/// Units that are summed up together.
const BLOCK: usize = 4;

/// Elements of a vector.
const VECTOR: usize = 16;

/// What the loops get, for there is more than registers hold.
#[repr(C)]
struct Layer {
    x: *const i8,
    weights: *const i8,
    bias: *const i32,
    multipliers: *const i32,
    shifts: *const i8,
    output: *mut i8,
    depth: usize,
    units: usize,
    rows: usize,
    zero_point: i32,
}

/// As [`crate::inner::portable::unit_rows`].
#[inline(never)] // one copy for rows and for windows
pub fn unit_rows<R: Rounding>(p: &UnitRows<'_, R>, input: &[i8], output: &mut [i8]) {
    let UnitRows { depth, units, ref constants, suits } = *p;
    // That there are elements in a row is a part of what suits.
    if units < BLOCK || depth == 0 || !suits {
        return portable::unit_rows(p, input, output);
    }
    let rows = (input.len() / depth).min(output.len() / units);
    if rows == 0 {
        return;
    }
    let twice = constants.rounding.twice();
    let layer = Layer {
        x: input.as_ptr(),
        weights: constants.weights.start(),
        bias: constants.bias.start(),
        multipliers: constants.multipliers.start(),
        shifts: twice.map_or(ptr::null(), |twice| twice.shifts.start()),
        output: output.as_mut_ptr(),
        depth,
        units,
        rows,
        zero_point: twice.map_or(0, |twice| twice.zero_point),
    };
    // SAFETY: there are `rows` whole rows, at least one, of inputs and of outputs, four units at least, and the constants of
    // all of them, whose shifts are none to the left, if there are any.
    #[allow(unsafe_code)]
    unsafe {
        match (twice.is_some(), depth <= VECTOR) {
            (true, true) => short_rows(&layer),
            (true, false) => long_rows(&layer),
            (false, true) => short_rows_once(&layer),
            (false, false) => long_rows_once(&layer),
        }
    }
}

/// The constants of the units from `r10` on: biases to `q2`, multipliers to `q3`, the output to `r7`, the inputs to `r0`.
macro_rules! constants_of_block {
    () => {
        "ldr r4, [r11, #8]
         add r4, r4, r10, lsl #2
         vldrw.u32 q2, [r4]
         ldr r4, [r11, #12]
         add r4, r4, r10, lsl #2
         vldrw.u32 q3, [r4]
         ldr r7, [r11, #20]
         add r7, r7, r10
         ldr r0, [r11]"
    };
}

/// Biases to the stack.
macro_rules! bias_to_stack {
    () => {
        "vstrw.32 q2, [sp]\n"
    };
}

/// Shifts to `q2`.
macro_rules! shifts_of_block {
    () => {
        "ldr r4, [r11, #16]
         add r4, r4, r10
         vldrb.s32 q2, [r4]\n"
    };
}

/// Biases from the stack to where units are summed up.
macro_rules! bias_from_stack {
    () => {
        "ldrd r4, r6, [sp]
         ldrd r8, r10, [sp, #8]\n"
    };
}

/// What sums up to `q0`.
macro_rules! sums {
    () => {
        "vmov q0[2], q0[0], r4, r8
         vmov q0[3], q0[1], r6, r10\n"
    };
}

/// The sums in `q0` as numbers of 32 bits on the scale of the output, less its zero point.
macro_rules! requantized {
    () => {
        "vqrdmulh.s32 q0, q0, q3
         vand q1, q0, q2
         vshr.s32 q1, q1, #31
         vqadd.s32 q0, q0, q1
         vrshl.s32 q0, q0, q2\n"
    };
}

/// Numbers of 32 bits to outputs at `r7`.
macro_rules! store {
    () => {
        "vqmovnb.s32 q0, q0
         vqmovnb.s16 q0, q0
         vstrb.32 q0, [r7]"
    };
}

/// On to the next block, which begins at the last four units if there are less of them left; the block's first unit is
/// at the stack's word 24.
macro_rules! next_block {
    () => {
        "ldr r10, [sp, #24]
         ldr r4, [r11, #28]
         adds r10, #4
         sub r5, r4, #4
         cmp r10, r4
         bhs 9f
         cmp r10, r5
         it hi
         movhi r10, r5
         b 2b
         9:"
    };
}

/// A function for long rows, by the constants of a block that it has beside the others, and by how sums become numbers on
/// the scale of the output.
macro_rules! long_rows {
    ($name:ident, $constants:expr, $rounded:expr) => {
        /// # Safety
        ///
        /// What the layer says is there: more than 16 elements of each row, one row at least, four units at least.
        #[allow(unsafe_code)]
        #[unsafe(naked)]
        unsafe extern "C" fn $name(layer: *const Layer) {
            // On the stack: 0 biases, 16 how far a loop goes over a row, 20 how much further than the row, 24 the unit.
            naked_asm!(
                ".cpu cortex-m55",
                "push {{r4, r5, r6, r7, r8, r9, r10, r11, lr}}",
                "sub sp, sp, #28",
                "mov r11, r0",
                "ldr r12, [r11, #24]",
                "add r4, r12, #15",
                "bic r4, r4, #15",
                "sub r6, r4, r12",
                "strd r4, r6, [sp, #16]",
                "movs r10, #0",
                "2:",
                "str r10, [sp, #24]",
                "ldr r1, [r11, #4]",
                "mla r1, r10, r12, r1",
                "add r2, r1, r12",
                "add r3, r2, r12",
                "add r5, r3, r12",
                constants_of_block!(),
                bias_to_stack!(),
                $constants,
                "ldr r9, [r11, #32]",
                "3:",
                bias_from_stack!(),
                "dlstp.8 lr, r12",
                "4:",
                "vldrb.u8 q0, [r0], #16",
                "vldrb.u8 q1, [r1], #16",
                "vmladava.s8 r4, q0, q1",
                "vldrb.u8 q1, [r2], #16",
                "vmladava.s8 r6, q0, q1",
                "vldrb.u8 q1, [r3], #16",
                "vmladava.s8 r8, q0, q1",
                "vldrb.u8 q1, [r5], #16",
                "vmladava.s8 r10, q0, q1",
                "letp lr, 4b",
                sums!(),
                $rounded,
                store!(),
                "ldr r4, [r11, #28]",
                "add r7, r7, r4",
                "ldrd r4, r6, [sp, #16]",
                "subs r1, r1, r4",
                "subs r2, r2, r4",
                "subs r3, r3, r4",
                "subs r5, r5, r4",
                "subs r0, r0, r6",
                "subs r9, r9, #1",
                "bne 3b",
                next_block!(),
                "add sp, sp, #28",
                "pop {{r4, r5, r6, r7, r8, r9, r10, r11, pc}}",
            )
        }
    };
}

long_rows!(
    long_rows,
    shifts_of_block!(),
    concat!(requantized!(), "ldr r4, [r11, #36]\nvadd.i32 q0, q0, r4\n")
);
long_rows!(long_rows_once, "", "vmulh.s32 q0, q0, q3");

/// A function for short rows, by the same, and by what sums begin with, and whether they are added to it.
macro_rules! short_rows {
    ($name:ident, $constants:expr, $rounded:expr, $begin:expr, $sum_up:literal) => {
        /// # Safety
        ///
        /// What the layer says is there: 1 to 16 elements of each row, one row at least, four units at least.
        #[allow(unsafe_code)]
        #[unsafe(naked)]
        unsafe extern "C" fn $name(layer: *const Layer) {
            // On the stack: 0 biases, 24 the unit. The weights of four units stay in `q4` to `q7`.
            naked_asm!(
                ".cpu cortex-m55",
                "push {{r4, r5, r6, r7, r8, r9, r10, r11, lr}}",
                "sub sp, sp, #28",
                "vpush {{d8, d9, d10, d11, d12, d13, d14, d15}}",
                "sub sp, sp, #32",
                "mov r11, r0",
                "ldr r12, [r11, #24]",
                "vctp.8 r12",
                "ldr r9, [r11, #36]",
                "movs r10, #0",
                "2:",
                "str r10, [sp, #24]",
                "ldr r1, [r11, #4]",
                "mla r1, r10, r12, r1",
                "add r2, r1, r12",
                "add r3, r2, r12",
                "add r5, r3, r12",
                "vpstttt",
                "vldrbt.u8 q4, [r1]",
                "vldrbt.u8 q5, [r2]",
                "vldrbt.u8 q6, [r3]",
                "vldrbt.u8 q7, [r5]",
                constants_of_block!(),
                $constants,
                "ldr r2, [r11, #28]",
                "ldr lr, [r11, #32]",
                "3:",
                $begin,
                "vpst",
                "vldrbt.u8 q0, [r0]",
                "add r0, r0, r12",
                concat!($sum_up, ".s8 r4, q0, q4"),
                concat!($sum_up, ".s8 r6, q0, q5"),
                concat!($sum_up, ".s8 r8, q0, q6"),
                concat!($sum_up, ".s8 r10, q0, q7"),
                sums!(),
                $rounded,
                store!(),
                "add r7, r7, r2",
                "le lr, 3b",
                next_block!(),
                "add sp, sp, #32",
                "vpop {{d8, d9, d10, d11, d12, d13, d14, d15}}",
                "add sp, sp, #28",
                "pop {{r4, r5, r6, r7, r8, r9, r10, r11, pc}}",
            )
        }
    };
}

short_rows!(
    short_rows,
    concat!(bias_to_stack!(), shifts_of_block!()),
    concat!(requantized!(), "vadd.i32 q0, q0, r9\n"),
    bias_from_stack!(),
    "vmladava"
);
// Biases have a register here, since shifts need none.
short_rows!(short_rows_once, "", "vadd.i32 q0, q0, q2\nvmulh.s32 q0, q0, q3", "", "vmladav");
