//! Sums of products.

use super::{halves, whole};
use crate::inner::flash::Flash;
use core::arch::asm;

/// One term: `low + 2^16 · carries += weight · input`, where `low` is signed and rarely overflows.
/// `$overflow` is where it is told which way it went, and `$back` where that returns to.
macro_rules! multiply_add {
    ($overflow:literal, $back:literal) => {
        concat!(
            "lpm {w}, Z+\n",
            "ld {x}, X+\n",
            "muls {w}, {x}\n",
            "add {low:l}, r0\n",
            "adc {low:h}, r1\n",
            "brvs ",
            $overflow,
            "f\n",
            $back,
            ":\n",
        )
    };
}

/// Behind an overflow: a sum that truly is positive or zero went over the top, another over the bottom.
macro_rules! carry {
    ($overflow:literal, $back:literal) => {
        concat!(
            $overflow,
            ":\n",
            "brge 8f\n",
            "subi {carries}, 2\n",
            "8:\n",
            "inc {carries}\n",
            "rjmp ",
            $back,
            "b\n",
        )
    };
}

/// As [`crate::inner::portable::dot_s8`].
#[inline(always)]
pub fn dot_s8(acc: i32, weights: Flash<'_, i8>, input: &[i8]) -> i32 {
    let terms = weights.len().min(input.len());
    match u8::try_from(terms) {
        // SAFETY: there are as many weights and inputs.
        #[allow(unsafe_code)]
        Ok(terms) => unsafe { dot_block_s8(acc, terms, weights.start(), input.as_ptr()) },
        Err(_) => dot_blocks_s8(acc, weights, input),
    }
}

/// [`dot_s8`] of so few terms that a byte can count them.
///
/// # Safety
///
/// There are `terms` elements at `weights` of program memory, and as many at `input`.
#[allow(unsafe_code)]
#[inline(never)]
unsafe fn dot_block_s8(acc: i32, terms: u8, weights: *const i8, input: *const i8) -> i32 {
    let (mut low, mut high) = halves(acc);
    // SAFETY: reads `terms` weights and as many inputs, which the caller promises.
    unsafe {
        asm!(
            // The lower half of the sum counts as signed from here on.
            "clr {carries}",
            "sbrc {low:h}, 7",
            "inc {carries}",
            // Single terms, until four at a time remain.
            "rjmp 21f",
            "20:",
            multiply_add!("60", "40"),
            "dec {terms}",
            "21:",
            "mov {w}, {terms}",
            "andi {w}, 3",
            "brne 20b",
            "lsr {terms}",
            "lsr {terms}",
            "breq 30f",
            "22:",
            multiply_add!("61", "41"),
            multiply_add!("62", "42"),
            multiply_add!("63", "43"),
            multiply_add!("64", "44"),
            "dec {terms}",
            "brne 22b",
            "30:",
            "clr r1",
            "sbrc {low:h}, 7",
            "dec {carries}",
            "mov {w}, {carries}",
            "lsl {w}",
            "sbc {w}, {w}",
            "add {high:l}, {carries}",
            "adc {high:h}, {w}",
            "rjmp 50f",
            carry!("60", "40"),
            carry!("61", "41"),
            carry!("62", "42"),
            carry!("63", "43"),
            carry!("64", "44"),
            "50:",
            terms = inout(reg) terms => _,
            w = out(reg_upper) _,
            x = out(reg_upper) _,
            carries = out(reg_upper) _,
            low = inout(reg_pair) low,
            high = inout(reg_pair) high,
            inout("Z") weights => _,
            inout("X") input => _,
            options(readonly, nostack),
        );
    }
    whole(low, high)
}

/// [`dot_s8`] of more terms than it counts.
#[inline(never)]
fn dot_blocks_s8(mut acc: i32, weights: Flash<'_, i8>, mut input: &[i8]) -> i32 {
    const BLOCK: usize = 252;
    let mut start = 0usize;
    while start < weights.len() && !input.is_empty() {
        let terms = weights.len().wrapping_sub(start).min(BLOCK);
        acc = dot_s8(acc, weights.range(start, terms), input.get(..terms).unwrap_or(input));
        input = input.get(terms..).unwrap_or(&[]);
        start = start.wrapping_add(BLOCK);
    }
    acc
}

/// As [`crate::inner::portable::dot_constant_s8`].
#[inline(never)]
pub fn dot_constant_s8(acc: i32, weights: Flash<'_, i8>, x: i32) -> i32 {
    let sum = weights.iter().fold(0i32, |sum, w| sum.wrapping_add(w.into()));
    acc.wrapping_add(sum.wrapping_mul(x))
}
