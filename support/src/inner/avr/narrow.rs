//! From accumulators to the scale of the output where one product with 24 bits does.

use super::halves;
use core::arch::asm;

/// As [`crate::inner::portable::narrow_s8`], with multipliers that have no bits below a point: only loops that read a stream
/// know of these.
#[inline(always)]
pub fn narrow_s8(x: i32, scale: i32, edge: i8, bits: u32, [zero_point, least, greatest]: [i32; 3]) -> i8 {
    // What is above byte 4, or above byte 5, as many bits to the left as make these the ones above.
    let left = 40u32.wrapping_sub(bits) as u8;
    let factor = 1u8.wrapping_shl((left & 7).into());
    let byte = narrow_byte(x, scale, edge as u8, factor, left & 8, (zero_point as u8) ^ 0x80);
    ((byte ^ 0x80) as i8).max(least as i8).min(greatest as i8)
}

/// [`narrow_s8`] with 128 added to what goes in and out, and without limits. The result is in the fifth byte of the sum
/// if `low` is not zero, or else in the sixth, after it is multiplied by `factor`.
///
/// The sum of products has six bytes, the lowest of which nothing is added to but a product; only what is above it is
/// kept: both bytes of the edge, `p`, and `X:h`.
#[inline(never)]
fn narrow_byte(x: i32, scale: i32, edge: u8, factor: u8, low: u8, zero_point: u8) -> u8 {
    let ((x, x_high), (m, m_high)) = (halves(x), halves(scale));
    let sum: u16;
    // SAFETY: arithmetic on registers that are declared.
    #[allow(unsafe_code)]
    unsafe {
        asm!(
            "clr {zero}",
            // The magnitude, and the sign in T. What inverts a byte leaves the carry that is to be added.
            "bst {X:h}, 7",
            "brtc 2f",
            "com {x:l}",
            "com {x:h}",
            "com {X:l}",
            "adc {x:l}, {zero}",
            "adc {x:h}, {zero}",
            "adc {X:l}, {zero}",
            "2:",
            "clr {p:l}",
            "clr {p:h}",
            "clr {X:h}",
            "mul {x:l}, {m:l}",
            "add {edge}, r1",
            "adc {M:h}, {zero}",
            "adc {p:l}, {zero}",
            add_product!("x:l", "m:h", "edge", "M:h", "p:l"),
            add_product!("x:h", "m:l", "edge", "M:h", "p:l"),
            add_product!("x:l", "M:l", "M:h", "p:l", "p:h"),
            add_product!("x:h", "m:h", "M:h", "p:l", "p:h"),
            "mul {x:h}, {M:l}",
            "add {p:l}, r0",
            "adc {p:h}, r1",
            // Most sums are short.
            "tst {X:l}",
            "breq 3f",
            add_product!("X:l", "m:l", "M:h", "p:l", "p:h"),
            "adc {X:h}, {zero}",
            add_product!("X:l", "m:h", "p:l", "p:h", "X:h"),
            "mul {X:l}, {M:l}",
            "add {p:h}, r0",
            "adc {X:h}, r1",
            "3:",
            "sbrc {low}, 3",
            "rjmp 8f",
            "mov {p:l}, {p:h}",
            "mov {p:h}, {X:h}",
            "clr {X:h}",
            "8:",
            "sbrc {factor}, 0",
            "rjmp 4f",
            "mul {p:l}, {factor}",
            "mov {p:l}, r0",
            "mov {edge}, r1",
            "mul {p:h}, {factor}",
            "mov {p:h}, r0",
            "or {p:h}, {edge}",
            "or {X:h}, r1",
            "4:",
            "clr r1",
            // Half up. What leaves the byte leaves every range.
            "lsl {p:l}",
            "adc {p:h}, {zero}",
            "adc {X:h}, {zero}",
            "breq 5f",
            "clr {p:h}",
            "dec {p:h}",
            "5:",
            "brts 6f",
            "add {p:h}, {to}",
            "brcc 7f",
            "clr {p:h}",
            "dec {p:h}",
            "rjmp 7f",
            "6:",
            "sub {to}, {p:h}",
            "mov {p:h}, {to}",
            "brcc 7f",
            "clr {p:h}",
            "7:",
            edge = inout(reg) edge => _,
            factor = inout(reg) factor => _,
            low = inout(reg) low => _,
            to = inout(reg) zero_point => _,
            x = inout(reg_pair) x => _,
            X = inout(reg_pair) x_high => _,
            m = inout(reg_pair) m => _,
            M = inout(reg_pair) m_high => _,
            zero = out(reg) _,
            p = out(reg_pair) sum,
            options(pure, nomem, nostack),
        );
    }
    (sum >> 8) as u8
}
