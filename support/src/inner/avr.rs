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

/// As [`super::portable::dot_s8`].
#[inline(never)]
pub fn dot_s8(mut acc: i32, weights: Flash<'_, i8>, input: &[i8]) -> i32 {
    let mut left = weights.len().min(input.len());
    let (mut weight, mut input) = (weights.start(), input.as_ptr());
    loop {
        let terms = left.min(BLOCK);
        let (a, b, c, d): (u8, u8, u8, u8);
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
                multiply_add!(), multiply_add!(), multiply_add!(), multiply_add!(),
                "dec {fours}",
                "brne 2b",
                "3:",
                "tst {rest}",
                "breq 5f",
                "4:",
                multiply_add!(),
                "dec {rest}",
                "brne 4b",
                "5:",
                // The sign.
                "mov {d}, {c}",
                "lsl {d}",
                "sbc {d}, {d}",
                "clr r1",
                fours = inout(reg) (terms >> 2) as u8 => _,
                rest = inout(reg) terms as u8 & 3 => _,
                w = out(reg_upper) _,
                x = out(reg_upper) _,
                zero = out(reg) _,
                a = out(reg) a,
                b = out(reg) b,
                c = out(reg) c,
                d = out(reg) d,
                inout("Z") weight,
                inout("X") input,
                options(readonly, nostack),
            );
        }
        acc = acc.wrapping_add(i32::from_le_bytes([a, b, c, d]));
        left = left.wrapping_sub(terms);
        if left == 0 {
            return acc;
        }
    }
}

/// As [`super::portable::dot_constant_s8`].
#[inline(never)]
pub fn dot_constant_s8(acc: i32, weights: Flash<'_, i8>, x: i32) -> i32 {
    let sum = weights.iter().fold(0i32, |sum, w| sum.wrapping_add(w.into()));
    acc.wrapping_add(sum.wrapping_mul(x))
}

/// As [`super::portable::requantize`].
#[inline(never)]
pub fn requantize(x: i32, multiplier: i32, shift: i32) -> i32 {
    let x = x.wrapping_shl(shift.max(0).cast_unsigned());
    rounding_shift(double_high(x, multiplier), (shift.min(0) as u8).wrapping_neg() & 31)
}

/// One product of bytes, added to three bytes of the sum from the one with its weight.
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

/// `(x · multiplier + 2^30) >> 31`.
#[inline(always)]
fn double_high(x: i32, multiplier: i32) -> i32 {
    let ([x0, x1, x2, x3], [m0, m1, m2, m3]) = (x.to_le_bytes(), multiplier.to_le_bytes());
    let (p4, p5, p6, p7): (u8, u8, u8, u8);
    // SAFETY: arithmetic on registers that are declared.
    #[allow(unsafe_code)]
    unsafe {
        asm!(
            // Products in the order of their weight, so that a carry never goes further than the third
            // byte of a sum. The lowest byte of all is of no interest, and so are the next two once
            // their carry is known, after which they serve as the uppermost two.
            "clr {zero}",
            "clr {p7}",
            "clr {p4}",
            "clr {p5}",
            "ldi {p3}, 0x40",
            "mul {x0}, {m0}",
            "mov {p6}, r1",
            add_product!("x0", "m1", "p6", "p7", "p3"),
            add_product!("x1", "m0", "p6", "p7", "p3"),
            "clr {p6}",
            add_product!("x0", "m2", "p7", "p3", "p4"),
            add_product!("x1", "m1", "p7", "p3", "p4"),
            add_product!("x2", "m0", "p7", "p3", "p4"),
            "clr {p7}",
            add_product!("x0", "m3", "p3", "p4", "p5"),
            add_product!("x1", "m2", "p3", "p4", "p5"),
            add_product!("x2", "m1", "p3", "p4", "p5"),
            add_product!("x3", "m0", "p3", "p4", "p5"),
            add_product!("x1", "m3", "p4", "p5", "p6"),
            add_product!("x2", "m2", "p4", "p5", "p6"),
            add_product!("x3", "m1", "p4", "p5", "p6"),
            add_product!("x2", "m3", "p5", "p6", "p7"),
            add_product!("x3", "m2", "p5", "p6", "p7"),
            "mul {x3}, {m3}",
            "add {p6}, r0",
            "adc {p7}, r1",
            // So far `x` was taken as unsigned: 2^32 too much if it is negative.
            "sbrs {x3}, 7",
            "rjmp 2f",
            "sub {p4}, {m0}",
            "sbc {p5}, {m1}",
            "sbc {p6}, {m2}",
            "sbc {p7}, {m3}",
            "2:",
            "lsl {p3}",
            "rol {p4}",
            "rol {p5}",
            "rol {p6}",
            "rol {p7}",
            "clr r1",
            x0 = inout(reg) x0 => _,
            x1 = inout(reg) x1 => _,
            x2 = inout(reg) x2 => _,
            x3 = inout(reg) x3 => _,
            m0 = inout(reg) m0 => _,
            m1 = inout(reg) m1 => _,
            m2 = inout(reg) m2 => _,
            m3 = inout(reg) m3 => _,
            zero = out(reg) _,
            p3 = out(reg_upper) _,
            p4 = out(reg) p4,
            p5 = out(reg) p5,
            p6 = out(reg) p6,
            p7 = out(reg) p7,
            options(pure, nomem, nostack),
        );
    }
    i32::from_le_bytes([p4, p5, p6, p7])
}

/// `x / 2^exponent`, half away from zero; `exponent` is from 0 to 31, and `x` is not the least number.
///
/// Half away from zero is half up, if negative numbers are made less by one before their last bits are
/// shifted out: the last bit to go says whether to round up.
#[inline(always)]
fn rounding_shift(x: i32, exponent: u8) -> i32 {
    let [mut a, mut b, mut c, mut d] = x.to_le_bytes();
    // SAFETY: arithmetic on registers that are declared.
    #[allow(unsafe_code)]
    unsafe {
        asm!(
            "tst {exponent}",
            "breq 9f",
            "clr {zero}",
            "mov {gone}, {d}",
            "lsl {gone}",
            "sbc {a}, {zero}",
            "sbc {b}, {zero}",
            "sbc {c}, {zero}",
            "sbc {d}, {zero}",
            "clr {gone}",
            // By whole bytes, up to three bits too far.
            "2:",
            "cpi {exponent}, 5",
            "brlt 3f",
            "mov {gone}, {a}",
            "mov {a}, {b}",
            "mov {b}, {c}",
            "mov {c}, {d}",
            "lsl {d}",
            "sbc {d}, {d}",
            "subi {exponent}, 8",
            "rjmp 2b",
            "3:",
            "tst {exponent}",
            "breq 8f",
            "brmi 5f",
            "4:",
            "asr {d}",
            "ror {c}",
            "ror {b}",
            "ror {a}",
            "ror {gone}",
            "dec {exponent}",
            "brne 4b",
            "rjmp 8f",
            // And back.
            "5:",
            "lsl {gone}",
            "rol {a}",
            "rol {b}",
            "rol {c}",
            "rol {d}",
            "inc {exponent}",
            "brne 5b",
            "8:",
            "lsl {gone}",
            "adc {a}, {zero}",
            "adc {b}, {zero}",
            "adc {c}, {zero}",
            "adc {d}, {zero}",
            "9:",
            exponent = inout(reg_upper) exponent => _,
            zero = out(reg) _,
            gone = out(reg) _,
            a = inout(reg) a,
            b = inout(reg) b,
            c = inout(reg) c,
            d = inout(reg) d,
            options(pure, nomem, nostack),
        );
    }
    i32::from_le_bytes([a, b, c, d])
}
