//! Units that see one channel each.

use crate::inner::flash::Flash;
use crate::inner::portable::{self, ChannelWindow, Rounding, UnitConstants};
use core::arch::naked_asm;
use core::ptr;

/// Channels that are summed up together.
const BLOCK: usize = 16;

/// What the loops get, for there is more than registers hold.
#[repr(C)]
struct Pixels {
    image: *const i8,
    weights: *const i8,
    bias: *const i32,
    multipliers: *const i32,
    shifts: *const i8,
    output: *mut i8,
    pixels: usize,
    stride: usize,
    rows: usize,
    before: usize,
    behind: usize,
    zero_point: i32,
    channels: usize,
    to_column: usize,
    columns: usize,
    between: usize,
    to_row: usize,
    padding: i32,
}

/// As [`crate::inner::portable::channel_windows`].
#[inline(always)]
pub fn channel_windows<R: Rounding>(
    p: &ChannelWindow,
    constants: &UnitConstants<'_, R>,
    image: &[i8],
    output: &mut [i8],
) {
    let ChannelWindow { channels, pixels, .. } = *p;
    let suits = channels > 0 && pixels > 0 && constants.suit(channels, p.taps());
    let is_there = image.len() >= p.reach() && output.len() >= pixels.wrapping_mul(channels);
    if !suits || !is_there || (p.rows > 0 && p.columns == 0) {
        // Without shifts there is nothing else that the loops do not know: what is not there is skipped.
        if constants.rounding.twice().is_some() {
            any_channels(p, constants, image, output);
        }
        return;
    }
    if channels < BLOCK {
        return few_channels(p, constants, image, output);
    }
    let pixels = pixels_of(p, constants, image, output);
    // SAFETY: there is a pixel at least, of sixteen channels at least, with all that its window sees, a row of which has
    // a tap at least, and all constants, whose shifts are none to the left, if there are any.
    #[allow(unsafe_code)]
    unsafe {
        match constants.rounding.twice() {
            Some(_) => sixteen(&pixels),
            None => sixteen_once(&pixels),
        }
    }
}

/// Apart, where it takes no registers from what is around the loops.
#[cold]
#[inline(never)]
fn any_channels<R: Rounding>(
    p: &ChannelWindow,
    constants: &UnitConstants<'_, R>,
    image: &[i8],
    output: &mut [i8],
) {
    portable::channel_windows(p, constants, image, output);
}

/// Less channels than a vector has elements: constants go where there are as many.
#[inline(never)]
fn few_channels<R: Rounding>(
    p: &ChannelWindow,
    constants: &UnitConstants<'_, R>,
    image: &[i8],
    output: &mut [i8],
) {
    let (mut bias, mut multipliers, mut shifts) = ([0; BLOCK], [0; BLOCK], [0; BLOCK]);
    let mut pixels = pixels_of(p, constants, image, output);
    copy(constants.bias, p.channels, &mut bias);
    copy(constants.multipliers, p.channels, &mut multipliers);
    (pixels.bias, pixels.multipliers) = (bias.as_ptr(), multipliers.as_ptr());
    if let Some(twice) = constants.rounding.twice() {
        copy(twice.shifts, p.channels, &mut shifts);
        pixels.shifts = shifts.as_ptr();
    }
    // SAFETY: as above, but for constants beside weights there are sixteen of, and channels there are less of.
    #[allow(unsafe_code)]
    unsafe {
        match constants.rounding.twice() {
            Some(_) => few(&pixels),
            None => few_once(&pixels),
        }
    }
}

#[inline(always)]
fn copy<T: crate::inner::flash::Element>(from: Flash<'_, T>, count: usize, to: &mut [T]) {
    to.iter_mut().zip(from.iter()).take(count).for_each(|(to, from)| *to = from);
}

#[inline(always)]
fn pixels_of<R: Rounding>(
    p: &ChannelWindow,
    constants: &UnitConstants<'_, R>,
    image: &[i8],
    output: &mut [i8],
) -> Pixels {
    let twice = constants.rounding.twice();
    Pixels {
        image: image.as_ptr(),
        weights: constants.weights.start(),
        bias: constants.bias.start(),
        multipliers: constants.multipliers.start(),
        shifts: twice.map_or(ptr::null(), |twice| twice.shifts.start()),
        output: output.as_mut_ptr(),
        pixels: p.pixels,
        stride: p.stride,
        rows: p.rows,
        before: p.before,
        behind: p.behind,
        zero_point: twice.map_or(0, |twice| twice.zero_point),
        channels: p.channels,
        to_column: p.to_column,
        columns: p.columns,
        between: p.between,
        // From behind the last tap of a row.
        to_row: p.to_row.wrapping_sub(p.columns.wrapping_mul(p.to_column)),
        padding: p.padding.into(),
    }
}

/// A tap of sixteen channels: inputs in `q4`, weights in `q5`. Every fourth channel's sum is in `q0`, from the second
/// on in `q1`, and so on.
macro_rules! tap {
    () => {
        "vmullb.s8 q6, q4, q5
         vmullt.s8 q7, q4, q5
         vmovlb.s16 q5, q6
         vadd.i32 q0, q0, q5
         vmovlt.s16 q6, q6
         vadd.i32 q2, q2, q6
         vmovlb.s16 q5, q7
         vadd.i32 q1, q1, q5
         vmovlt.s16 q7, q7
         vadd.i32 q3, q3, q7"
    };
}

/// Every fourth element from `$at`, of which there are sixteen, to each of four registers.
macro_rules! load_fourths {
    ($a:literal, $b:literal, $c:literal, $d:literal, $at:literal) => {
        concat!(
            "vld40.32 {{",
            $a,
            ", ",
            $b,
            ", ",
            $c,
            ", ",
            $d,
            "}}, [",
            $at,
            "]\n",
            "vld41.32 {{",
            $a,
            ", ",
            $b,
            ", ",
            $c,
            ", ",
            $d,
            "}}, [",
            $at,
            "]\n",
            "vld42.32 {{",
            $a,
            ", ",
            $b,
            ", ",
            $c,
            ", ",
            $d,
            "}}, [",
            $at,
            "]\n",
            "vld43.32 {{",
            $a,
            ", ",
            $b,
            ", ",
            $c,
            ", ",
            $d,
            "}}, [",
            $at,
            "]\n",
        )
    };
}

/// `$sum` shifted by what `$widen` makes of `$shifts`, half away from zero, and the zero point in `r10`.
macro_rules! shift {
    ($sum:literal, $widen:literal, $shifts:literal) => {
        concat!(
            $widen,
            " q5, ",
            $shifts,
            "\n",
            "vand q4, ",
            $sum,
            ", q5\n",
            "vshr.s32 q4, q4, #31\n",
            "vqadd.s32 ",
            $sum,
            ", ",
            $sum,
            ", q4\n",
            "vrshl.s32 ",
            $sum,
            ", ",
            $sum,
            ", q5\n",
            "vadd.i32 ",
            $sum,
            ", ",
            $sum,
            ", r10\n",
        )
    };
}

/// The sums of the channels from `r9` as numbers of 32 bits on the scale of the output.
macro_rules! requantized {
    () => {
        concat!(
            "ldrd r7, r10, [r11, #12]\n",
            "add r7, r7, r9, lsl #2\n",
            load_fourths!("q4", "q5", "q6", "q7", "r7"),
            "vqrdmulh.s32 q0, q0, q4\n",
            "vqrdmulh.s32 q1, q1, q5\n",
            "vqrdmulh.s32 q2, q2, q6\n",
            "vqrdmulh.s32 q3, q3, q7\n",
            "add r10, r10, r9\n",
            "vldrb.u8 q7, [r10]\n",
            "ldr r10, [r11, #44]\n",
            "vmovlb.s8 q6, q7\n",
            "vmovlt.s8 q7, q7\n",
            shift!("q0", "vmovlb.s16", "q6"),
            shift!("q2", "vmovlt.s16", "q6"),
            shift!("q1", "vmovlb.s16", "q7"),
            shift!("q3", "vmovlt.s16", "q7"),
        )
    };
}

/// The same where they are rounded once.
macro_rules! upper_halves {
    () => {
        concat!(
            "ldr r7, [r11, #12]\n",
            "add r7, r7, r9, lsl #2\n",
            load_fourths!("q4", "q5", "q6", "q7", "r7"),
            "vmulh.s32 q0, q0, q4\n",
            "vmulh.s32 q1, q1, q5\n",
            "vmulh.s32 q2, q2, q6\n",
            "vmulh.s32 q3, q3, q7\n",
        )
    };
}

/// A function for all pixels.
macro_rules! pixels {
    ($name:ident, $rounded:expr, $load_w:literal, $load:literal, $store:literal) => {
        /// # Safety
        ///
        /// What `pixels` says is there.
        #[allow(unsafe_code)]
        #[unsafe(naked)]
        unsafe extern "C" fn $name(pixels: *const Pixels) {
            // On the stack: 0 the image, 4 the output, 8 pixels that are left.
            naked_asm!(
                ".cpu cortex-m55",
                "push {{r4, r5, r6, r7, r8, r9, r10, r11, lr}}",
                "sub sp, sp, #12",
                "vpush {{d8, d9, d10, d11, d12, d13, d14, d15}}",
                "sub sp, sp, #16",
                "mov r11, r0",
                "ldr r0, [r11]",
                "ldrd r1, r2, [r11, #20]",
                "str r0, [sp]",
                "strd r1, r2, [sp, #4]",
                "ldrd r2, r3, [r11, #48]",
                "ldrd r4, r5, [r11, #56]",
                "ldrd r6, r8, [r11, #64]",
                "vctp.8 r2",
                "2:",
                "movs r9, #0",
                "3:",
                "ldr r10, [r11, #8]",
                "add r10, r10, r9, lsl #2",
                load_fourths!("q0", "q1", "q2", "q3", "r10"),
                "ldr r0, [sp]",
                "ldr r1, [r11, #4]",
                "add r0, r0, r9",
                "add r1, r1, r9",
                "ldr r7, [r11, #32]",
                "ldr r12, [r11, #36]",
                "4:",
                "wls lr, r12, 6f",
                "vdup.8 q4, r8",
                "5:",
                $load_w,
                "add r1, r1, r2",
                tap!(),
                "le lr, 5b",
                "6:",
                "cmp r7, #0",
                "beq.w 8f",
                "dls lr, r4",
                "7:",
                $load,
                "add r0, r0, r3",
                "add r1, r1, r2",
                tap!(),
                "le lr, 7b",
                "add r0, r0, r6",
                "mov r12, r5",
                "subs r7, r7, #1",
                "it eq",
                "ldreq r12, [r11, #40]",
                "b 4b",
                "8:",
                $rounded,
                "vqmovnb.s32 q0, q0",
                "vqmovnt.s32 q0, q2",
                "vqmovnb.s32 q1, q1",
                "vqmovnt.s32 q1, q3",
                "vqmovnb.s16 q0, q0",
                "vqmovnt.s16 q0, q1",
                "ldr r10, [sp, #4]",
                "add r10, r10, r9",
                $store,
                // The last sixteen channels begin before the ones of their own, if sixteen do not divide them.
                "add r9, r9, #16",
                "sub r7, r2, #16",
                "cmp r9, r2",
                "bge 9f",
                "cmp r9, r7",
                "it gt",
                "movgt r9, r7",
                "b 3b",
                "9:",
                "ldr r7, [r11, #28]",
                "ldr r0, [sp]",
                "ldrd r1, r12, [sp, #4]",
                "add r0, r0, r7",
                "add r1, r1, r2",
                "str r0, [sp]",
                "subs r12, r12, #1",
                "strd r1, r12, [sp, #4]",
                "bne 2b",
                "add sp, sp, #16",
                "vpop {{d8, d9, d10, d11, d12, d13, d14, d15}}",
                "add sp, sp, #12",
                "pop {{r4, r5, r6, r7, r8, r9, r10, r11, pc}}",
            )
        }
    };
}

macro_rules! sixteen {
    ($name:ident, $rounded:expr) => {
        pixels!(
            $name,
            $rounded,
            "vldrb.u8 q5, [r1]",
            "vldrb.u8 q4, [r0]\nvldrb.u8 q5, [r1]",
            "vstrb.8 q0, [r10]"
        );
    };
}

macro_rules! few {
    ($name:ident, $rounded:expr) => {
        pixels!(
            $name,
            $rounded,
            "vpst\nvldrbt.u8 q5, [r1]",
            "vpstt\nvldrbt.u8 q4, [r0]\nvldrbt.u8 q5, [r1]",
            "vpst\nvstrbt.8 q0, [r10]"
        );
    };
}

sixteen!(sixteen, requantized!());
sixteen!(sixteen_once, upper_halves!());
few!(few, requantized!());
few!(few_once, upper_halves!());
