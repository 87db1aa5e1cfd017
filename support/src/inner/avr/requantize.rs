//! From accumulators to the scale of the output.

use super::{halves, whole};
use core::arch::asm;

/// As [`crate::inner::portable::requantize`].
#[inline(always)]
pub fn requantize(x: i32, multiplier: i32, shift: i32) -> i32 {
    requantize_by_byte(x, multiplier, shift as i8)
}

/// [`requantize`] with what matters of `shift`.
///
/// The product and 2^30 have eight bytes, of which only the upper five are kept: `edge`, `p`, and `x`
/// when its own bytes are no longer needed. Two rounded shifts follow, by 31 and by `-shift`. The first
/// only drops bits, so the second need not wait for it: both are one shift, once negative numbers were
/// made less by one in between, to turn half up into half away from zero.
#[inline(never)]
fn requantize_by_byte(x: i32, multiplier: i32, shift: i8) -> i32 {
    let ((x, x_high), (m, m_high)) = (halves(x), halves(multiplier));
    let (low, high): (u16, u16);
    // SAFETY: arithmetic on registers that are declared.
    #[allow(unsafe_code)]
    unsafe {
        asm!(
            // A shift to the left comes first.
            "tst {shift}",
            "brmi 2f",
            "breq 2f",
            "1:",
            "lsl {x:l}",
            "rol {x:h}",
            "rol {X:l}",
            "rol {X:h}",
            "dec {shift}",
            "brne 1b",
            "2:",
            // The product of the lower three bytes of `x`, taken as unsigned. Terms come in the order of
            // their weight, so that no carry goes further than the third byte of a sum.
            "clr {zero}",
            "clr {p:h}",
            "ldi {edge}, 0x40",
            "mul {x:l}, {m:l}",
            "mov {p:l}, r1",
            add_product!("x:l", "m:h", "p:l", "p:h", "edge"),
            add_product!("x:h", "m:l", "p:l", "p:h", "edge"),
            "clr {p:l}",
            add_product!("x:l", "M:l", "p:h", "edge", "p:l"),
            add_product!("x:h", "m:h", "p:h", "edge", "p:l"),
            add_product!("X:l", "m:l", "p:h", "edge", "p:l"),
            "clr {p:h}",
            add_product!("x:l", "M:h", "edge", "p:l", "p:h"),
            add_product!("x:h", "M:l", "edge", "p:l", "p:h"),
            add_product!("X:l", "m:h", "edge", "p:l", "p:h"),
            "clr {x:l}",
            add_product!("x:h", "M:h", "p:l", "p:h", "x:l"),
            add_product!("X:l", "M:l", "p:l", "p:h", "x:l"),
            "clr {x:h}",
            add_product!("X:l", "M:h", "p:h", "x:l", "x:h"),
            // The uppermost byte of `x` is a sign and nothing more in most sums.
            "tst {X:h}",
            "breq 4f",
            "inc {X:h}",
            "breq 3f",
            "dec {X:h}",
            "mul {X:h}, {m:l}",
            "add {edge}, r0",
            "adc {p:l}, r1",
            "adc {p:h}, {zero}",
            "adc {x:l}, {zero}",
            "adc {x:h}, {zero}",
            "mul {X:h}, {m:h}",
            "add {p:l}, r0",
            "adc {p:h}, r1",
            "adc {x:l}, {zero}",
            "adc {x:h}, {zero}",
            add_product!("X:h", "M:l", "p:h", "x:l", "x:h"),
            "mul {X:h}, {M:h}",
            "add {x:l}, r0",
            "adc {x:h}, r1",
            "sbrs {X:h}, 7",
            "rjmp 4f",
            "sub {p:l}, {m:l}",
            "sbc {p:h}, {m:h}",
            "sbc {x:l}, {M:l}",
            "sbc {x:h}, {M:h}",
            "rjmp 4f",
            "3:",
            "sub {edge}, {m:l}",
            "sbc {p:l}, {m:h}",
            "sbc {p:h}, {M:l}",
            "sbc {x:l}, {M:h}",
            "sbc {x:h}, {zero}",
            "4:",
            "clr r1",
            // Without a second shift, the first, by 31, is the rest of the work.
            "inc {shift}",
            "brmi 5f",
            "breq 5f",
            "lsl {edge}",
            "rol {p:l}",
            "rol {p:h}",
            "rol {x:l}",
            "rol {x:h}",
            "rjmp 13f",
            "5:",
            "sbrs {x:h}, 7",
            "rjmp 6f",
            "subi {edge}, 0x80",
            "sbc {p:l}, {zero}",
            "sbc {p:h}, {zero}",
            "sbc {x:l}, {zero}",
            "sbc {x:h}, {zero}",
            // By whole bytes, up to three bits too far.
            "6:",
            "cpi {shift}, -4",
            "brge 7f",
            "mov {edge}, {p:l}",
            "mov {p:l}, {p:h}",
            "mov {p:h}, {x:l}",
            "mov {x:l}, {x:h}",
            "lsl {x:h}",
            "sbc {x:h}, {x:h}",
            "subi {shift}, -8",
            "rjmp 6b",
            "7:",
            "tst {shift}",
            "breq 12f",
            "brpl 9f",
            "8:",
            "asr {x:h}",
            "ror {x:l}",
            "ror {p:h}",
            "ror {p:l}",
            "ror {edge}",
            "inc {shift}",
            "brne 8b",
            "rjmp 12f",
            // And back.
            "9:",
            "lsl {edge}",
            "rol {p:l}",
            "rol {p:h}",
            "rol {x:l}",
            "rol {x:h}",
            "dec {shift}",
            "brne 9b",
            // Up, if the last bit that went is set.
            "12:",
            "lsl {edge}",
            "adc {p:l}, {zero}",
            "adc {p:h}, {zero}",
            "adc {x:l}, {zero}",
            "adc {x:h}, {zero}",
            "13:",
            shift = inout(reg_upper) shift => _,
            x = inout(reg_pair) x => high,
            X = inout(reg_pair) x_high => _,
            m = inout(reg_pair) m => _,
            M = inout(reg_pair) m_high => _,
            zero = out(reg) _,
            edge = out(reg_upper) _,
            p = out(reg_pair) low,
            options(pure, nomem, nostack),
        );
    }
    whole(low, high)
}

/// As [`crate::inner::portable::offset_and_clamp_s8`].
#[inline(always)]
pub fn offset_and_clamp_s8(value: i32, zero_point: i32, least: i32, greatest: i32) -> i8 {
    let (low, high) = halves(value.wrapping_add(zero_point));
    let byte: u16;
    // SAFETY: arithmetic on registers that are declared.
    #[allow(unsafe_code)]
    unsafe {
        asm!(
            // What is the same as its lowest byte is left alone.
            "mov {sign}, {low:l}",
            "lsl {sign}",
            "sbc {sign}, {sign}",
            "cp {low:h}, {sign}",
            "cpc {high:l}, {sign}",
            "cpc {high:h}, {sign}",
            "breq 2f",
            "ldi {sign}, 0x7f",
            "sbrc {high:h}, 7",
            "ldi {sign}, 0x80",
            "mov {low:l}, {sign}",
            "2:",
            sign = out(reg_upper) _,
            low = inout(reg_pair) low => byte,
            high = in(reg_pair) high,
            options(pure, nomem, nostack),
        );
    }
    (byte as i8).max(least as i8).min(greatest as i8)
}
