//! Inner loops for AVR with a multiplier, in assembly.
//!
//! Program memory is short, so none of them is inlined: a program has one copy of each. All clear `r1`
//! at their end: the compiler expects a zero there, and a multiplication leaves its result. Registers
//! that are only read are declared as written too, or the compiler may pass a zero in `r1`.

use super::flash::Flash;
use core::arch::asm;

/// As many products as always fit into a sum of 24 bits, since the greatest is 2^14, and a multiple of
/// what the loop takes at a time.
const BLOCK: usize = 508;

/// One term: `sum += weight · input`. A product is added as if it were unsigned, and if it is negative
/// the uppermost byte, which it does not reach, is lowered by one.
macro_rules! multiply_add {
    () => {
        "
        lpm {w}, Z+
        ld {x}, X+
        muls {w}, {x}
        sbrc r1, 7
        dec {c}
        add {a}, r0
        adc {b}, r1
        adc {c}, {zero}
        "
    };
}

/// The pairs of registers that hold a number.
#[inline(always)]
fn halves(x: i32) -> (u16, u16) {
    (x as u16, (x >> 16) as u16)
}

#[inline(always)]
fn whole(low: u16, high: u16) -> i32 {
    (u32::from(high) << 16 | u32::from(low)).cast_signed()
}

/// As [`super::portable::dot_s8`].
#[inline(never)]
pub fn dot_s8(acc: i32, weights: Flash<'_, i8>, input: &[i8]) -> i32 {
    let mut left = weights.len().min(input.len());
    let (mut weight, mut input) = (weights.start(), input.as_ptr());
    let (mut low, mut high) = halves(acc);
    loop {
        let terms = left.min(BLOCK);
        // SAFETY: reads `terms` weights and as many inputs, which are left; the pointers come out
        // behind them.
        #[allow(unsafe_code)]
        unsafe {
            asm!(
                "clr {zero}",
                "clr {a}",
                "clr {b}",
                "clr {c}",
                "tst {fours}",
                "breq 3f",
                "2:",
                multiply_add!(),
                multiply_add!(),
                multiply_add!(),
                multiply_add!(),
                "dec {fours}",
                "brne 2b",
                "3:",
                "andi {rest}, 3",
                "breq 5f",
                "4:",
                multiply_add!(),
                "dec {rest}",
                "brne 4b",
                "5:",
                "clr r1",
                // Sign-extended by a byte that is all sign.
                "mov {w}, {c}",
                "lsl {w}",
                "sbc {w}, {w}",
                "add {low:l}, {a}",
                "adc {low:h}, {b}",
                "adc {high:l}, {c}",
                "adc {high:h}, {w}",
                fours = inout(reg) (terms >> 2) as u8 => _,
                rest = inout(reg_upper) terms as u8 => _,
                w = out(reg_upper) _,
                x = out(reg_upper) _,
                zero = out(reg) _,
                a = out(reg) _,
                b = out(reg) _,
                c = out(reg) _,
                low = inout(reg_pair) low,
                high = inout(reg_pair) high,
                inout("Z") weight,
                inout("X") input,
                options(readonly, nostack),
            );
        }
        left = left.wrapping_sub(terms);
        if left == 0 {
            return whole(low, high);
        }
    }
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
            "mul {", $x, "}, {", $m, "}\n",
            "add {", $low, "}, r0\n",
            "adc {", $middle, "}, r1\n",
            "adc {", $high, "}, {zero}\n",
        )
    };
}

/// As [`super::portable::requantize`].
#[inline(never)]
pub fn requantize(x: i32, multiplier: i32, shift: i32) -> i32 {
    let ((x, x_high), (m, m_high)) = (halves(x), halves(multiplier));
    let (low, high): (u16, u16);
    // SAFETY: arithmetic on registers that are declared.
    #[allow(unsafe_code)]
    unsafe {
        asm!(
            // A shift to the left comes first.
            "tst {shift}",
            "breq 2f",
            "brmi 2f",
            "1:",
            "lsl {x:l}",
            "rol {x:h}",
            "rol {X:l}",
            "rol {X:h}",
            "dec {shift}",
            "brne 1b",
            "2:",
            // The product, of 8 bytes, and 2^30. Its terms in the order of their weight, so that a carry
            // never goes further than the third byte of a sum. Of the lower three bytes only the carry
            // matters, and two of them serve as the uppermost two later.
            "clr {zero}",
            "clr {p:l}",
            "clr {p:h}",
            "clr {P:h}",
            "ldi {edge}, 0x40",
            "mul {x:l}, {m:l}",
            "mov {P:l}, r1",
            add_product!("x:l", "m:h", "P:l", "P:h", "edge"),
            add_product!("x:h", "m:l", "P:l", "P:h", "edge"),
            "clr {P:l}",
            add_product!("x:l", "M:l", "P:h", "edge", "p:l"),
            add_product!("x:h", "m:h", "P:h", "edge", "p:l"),
            add_product!("X:l", "m:l", "P:h", "edge", "p:l"),
            "clr {P:h}",
            add_product!("x:l", "M:h", "edge", "p:l", "p:h"),
            add_product!("x:h", "M:l", "edge", "p:l", "p:h"),
            add_product!("X:l", "m:h", "edge", "p:l", "p:h"),
            add_product!("X:h", "m:l", "edge", "p:l", "p:h"),
            add_product!("x:h", "M:h", "p:l", "p:h", "P:l"),
            add_product!("X:l", "M:l", "p:l", "p:h", "P:l"),
            add_product!("X:h", "m:h", "p:l", "p:h", "P:l"),
            add_product!("X:l", "M:h", "p:h", "P:l", "P:h"),
            add_product!("X:h", "M:l", "p:h", "P:l", "P:h"),
            "mul {X:h}, {M:h}",
            "add {P:l}, r0",
            "adc {P:h}, r1",
            "clr r1",
            // So far `x` counts as unsigned, which is 2^32 too much if it is negative.
            "sbrs {X:h}, 7",
            "rjmp 3f",
            "sub {p:l}, {m:l}",
            "sbc {p:h}, {m:h}",
            "sbc {P:l}, {M:l}",
            "sbc {P:h}, {M:h}",
            "3:",
            // The upper half of the doubled product.
            "lsl {edge}",
            "rol {p:l}",
            "rol {p:h}",
            "rol {P:l}",
            "rol {P:h}",
            // The shift to the right, half away from zero: that is half up, after negative numbers were
            // made less by one. `edge` takes the bits that go, the last of them uppermost.
            "tst {shift}",
            "breq 9f",
            "mov {edge}, {P:h}",
            "lsl {edge}",
            "sbc {p:l}, {zero}",
            "sbc {p:h}, {zero}",
            "sbc {P:l}, {zero}",
            "sbc {P:h}, {zero}",
            "clr {edge}",
            // By whole bytes, up to three bits too far.
            "4:",
            "cpi {shift}, -4",
            "brge 5f",
            "mov {edge}, {p:l}",
            "mov {p:l}, {p:h}",
            "mov {p:h}, {P:l}",
            "mov {P:l}, {P:h}",
            "lsl {P:h}",
            "sbc {P:h}, {P:h}",
            "subi {shift}, -8",
            "rjmp 4b",
            "5:",
            "tst {shift}",
            "breq 8f",
            "brpl 7f",
            "6:",
            "asr {P:h}",
            "ror {P:l}",
            "ror {p:h}",
            "ror {p:l}",
            "ror {edge}",
            "inc {shift}",
            "brne 6b",
            "rjmp 8f",
            // And back.
            "7:",
            "lsl {edge}",
            "rol {p:l}",
            "rol {p:h}",
            "rol {P:l}",
            "rol {P:h}",
            "dec {shift}",
            "brne 7b",
            "8:",
            "lsl {edge}",
            "adc {p:l}, {zero}",
            "adc {p:h}, {zero}",
            "adc {P:l}, {zero}",
            "adc {P:h}, {zero}",
            "9:",
            shift = inout(reg_upper) shift as i8 => _,
            x = inout(reg_pair) x => _,
            X = inout(reg_pair) x_high => _,
            m = inout(reg_pair) m => _,
            M = inout(reg_pair) m_high => _,
            zero = out(reg) _,
            edge = out(reg_upper) _,
            p = out(reg_pair) low,
            P = out(reg_pair) high,
            options(pure, nomem, nostack),
        );
    }
    whole(low, high)
}
