//! Products that replace those of LLVM.
//!
//! Results are moved byte by byte: with few registers left, LLVM takes pairs for `asm!` that begin with an odd one, which
//! `movw` cannot name, and it encodes another one without a word.

use core::arch::asm;

/// As [`crate::inner::portable::product`].
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
            // No `movw`: the pair need not begin with an even register.
            "mov {result:l}, r0",
            "mov {result:h}, r1",
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

/// As [`crate::inner::portable::checked_product`].
#[inline(never)] // one copy serves a program
pub fn checked_product(a: usize, b: usize) -> Option<usize> {
    let (a, b) = (a as u16, b as u16);
    let result: u16;
    let beyond: u8;
    // SAFETY: arithmetic on registers that are declared.
    #[allow(unsafe_code)]
    unsafe {
        asm!(
            "mul {a:h}, {b:h}",
            "mov {beyond}, r0",
            "or {beyond}, r1",
            "mul {a:l}, {b:l}",
            // No `movw`: the pair need not begin with an even register.
            "mov {result:l}, r0",
            "mov {result:h}, r1",
            "mul {a:l}, {b:h}",
            "or {beyond}, r1",
            "add {result:h}, r0",
            "sbc r0, r0",
            "or {beyond}, r0",
            "mul {a:h}, {b:l}",
            "or {beyond}, r1",
            "add {result:h}, r0",
            "sbc r0, r0",
            "or {beyond}, r0",
            "clr r1",
            a = inout(reg_pair) a => _,
            b = inout(reg_pair) b => _,
            result = out(reg_pair) result,
            beyond = out(reg) beyond,
            options(pure, nomem, nostack),
        );
    }
    (beyond == 0).then_some(result.into())
}

/// As [`crate::inner::portable::product_s8`], for the reason of [`product`].
#[inline(always)]
pub fn product_s8(a: i8, b: i8) -> i32 {
    let result: i16;
    // SAFETY: arithmetic on registers that are declared.
    #[allow(unsafe_code)]
    unsafe {
        asm!(
            "muls {a}, {b}",
            // No `movw`: the pair need not begin with an even register.
            "mov {result:l}, r0",
            "mov {result:h}, r1",
            "clr r1",
            a = in(reg_upper) a,
            b = in(reg_upper) b,
            result = lateout(reg_pair) result,
            options(pure, nomem, nostack),
        );
    }
    result.into()
}

/// As [`crate::inner::portable::product_u16`], for the reason of [`product`].
#[inline(never)] // one copy serves a program
pub fn product_u16(a: u16, b: u16) -> u32 {
    let (low, high): (u16, u16);
    // SAFETY: arithmetic on registers that are declared.
    #[allow(unsafe_code)]
    unsafe {
        asm!(
            "mul {a:h}, {b:h}",
            // No `movw`: the pairs need not begin with even registers.
            "mov {high:l}, r0",
            "mov {high:h}, r1",
            "mul {a:l}, {b:l}",
            "mov {low:l}, r0",
            "mov {low:h}, r1",
            "mul {a:l}, {b:h}",
            "clr {a:l}",
            "add {low:h}, r0",
            "adc {high:l}, r1",
            "adc {high:h}, {a:l}",
            "mul {a:h}, {b:l}",
            "add {low:h}, r0",
            "adc {high:l}, r1",
            "adc {high:h}, {a:l}",
            "clr r1",
            a = inout(reg_pair) a => _,
            b = in(reg_pair) b,
            low = out(reg_pair) low,
            high = out(reg_pair) high,
            options(pure, nomem, nostack),
        );
    }
    u32::from(high) << 16 | u32::from(low)
}
