//! Four bytes at a time.

use core::arch::asm;

/// As [`crate::inner::portable::greater_s8`].
#[inline(always)]
pub fn greater_s8(a: [i8; 4], b: &[i8; 4]) -> [i8; 4] {
    let word = |bytes: [i8; 4]| u32::from_ne_bytes(bytes.map(i8::cast_unsigned));
    let greater: u32;
    // SAFETY: arithmetic alone. What `ssub8` leaves in the flags, which no other instruction reads, is taken up at once.
    #[allow(unsafe_code)]
    unsafe {
        asm!(
            "ssub8 {0}, {1}, {2}",
            "sel {0}, {1}, {2}",
            out(reg) greater, in(reg) word(a), in(reg) word(*b),
            options(pure, nomem, nostack),
        );
    }
    greater.to_ne_bytes().map(u8::cast_signed)
}
