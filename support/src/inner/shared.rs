//! What keeps one copy of a loop one copy.

use core::arch::asm;

/// As [`crate::inner::portable::unknown`].
#[inline(always)]
pub fn unknown<T>(x: &T) -> &T {
    let mut address: *const T = x;
    // SAFETY: the empty text changes nothing, so that the address is still that of what lives as long as the result.
    #[allow(unsafe_code)]
    unsafe {
        asm!("/* {0} */", inout(reg) address, options(pure, nomem, nostack, preserves_flags));
        &*address
    }
}
