//! Inner loops for AVR with a multiplier, in assembly.
//!
//! Program memory is short, so none of them is inlined: a program has one copy of each. All clear `r1`
//! at their end: the compiler expects a zero there, and a multiplication leaves its result. Registers
//! that are only read are declared as written too, or the compiler may pass a zero in `r1`.

use super::flash::Flash;
use core::arch::asm;

/// The pairs of registers that hold a number.
#[inline(always)]
fn halves(x: i32) -> (u16, u16) {
    (x as u16, (x >> 16) as u16)
}

#[inline(always)]
fn whole(low: u16, high: u16) -> i32 {
    (u32::from(high) << 16 | u32::from(low)).cast_signed()
}

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

/// As [`super::portable::dot_s8`].
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

/// As [`super::portable::dot_constant_s8`].
#[inline(never)]
pub fn dot_constant_s8(acc: i32, weights: Flash<'_, i8>, x: i32) -> i32 {
    let sum = weights.iter().fold(0i32, |sum, w| sum.wrapping_add(w.into()));
    acc.wrapping_add(sum.wrapping_mul(x))
}

/// One product of bytes, added to three bytes of the sum from the one of its weight.
macro_rules! add_product {
    ($x:literal, $m:literal, $low:literal, $middle:literal, $high:literal) => {
        concat!(
            "mul {",
            $x,
            "}, {",
            $m,
            "}\n",
            "add {",
            $low,
            "}, r0\n",
            "adc {",
            $middle,
            "}, r1\n",
            "adc {",
            $high,
            "}, {zero}\n",
        )
    };
}

/// As [`super::portable::requantize`].
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

/// As [`super::portable::offset_and_clamp_s8`].
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

/// As [`super::portable::product`].
///
/// LLVM's own product is slow, and wrong in a function with much on its stack: it leaves a result in
/// `r0`, and what loads a far register from the stack in between saves the flags there.
#[inline(always)]
pub fn product(a: usize, b: usize) -> usize {
    let (a, b) = (a as u16, b as u16);
    let result: u16;
    // SAFETY: arithmetic on registers that are declared.
    #[allow(unsafe_code)]
    unsafe {
        asm!(
            "mul {a:l}, {b:l}",
            "movw {result}, r0",
            "mul {a:l}, {b:h}",
            "add {result:h}, r0",
            "mul {a:h}, {b:l}",
            "add {result:h}, r0",
            "clr r1",
            a = inout(reg_pair) a => _,
            b = inout(reg_pair) b => _,
            result = out(reg_pair) result,
            options(pure, nomem, nostack),
        );
    }
    result.into()
}

/// As [`super::portable::product_s8`], for the reason of [`product`].
#[inline(always)]
pub fn product_s8(a: i8, b: i8) -> i32 {
    let result: i16;
    // SAFETY: arithmetic on registers that are declared.
    #[allow(unsafe_code)]
    unsafe {
        asm!(
            "muls {a}, {b}",
            "movw {result}, r0",
            "clr r1",
            a = in(reg_upper) a,
            b = in(reg_upper) b,
            result = lateout(reg_pair) result,
            options(pure, nomem, nostack),
        );
    }
    result.into()
}
