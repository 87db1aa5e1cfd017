//! Upper halves of products.

use core::arch::asm;

/// As [`crate::inner::portable::high`].
#[inline(always)]
pub fn high(a: i32, b: i32) -> i32 {
    let product: i32;
    // SAFETY: arithmetic alone.
    #[allow(unsafe_code)]
    unsafe {
        asm!(
            "smmulr {0}, {1}, {2}",
            lateout(reg) product, in(reg) a, in(reg) b,
            options(pure, nomem, nostack, preserves_flags),
        );
    }
    product
}

/// As [`crate::inner::portable::high_add`].
#[inline(always)]
pub fn high_add(a: i32, b: i32, to: i32) -> i32 {
    let sum: i32;
    // SAFETY: arithmetic alone.
    #[allow(unsafe_code)]
    unsafe {
        asm!(
            "smmlar {0}, {1}, {2}, {3}",
            lateout(reg) sum, in(reg) a, in(reg) b, in(reg) to,
            options(pure, nomem, nostack, preserves_flags),
        );
    }
    sum
}
