//! Four bytes at a time.

use core::arch::asm;

/// As [`crate::inner::portable::GreatestBytes`], in one register.
#[derive(Clone, Copy, Debug)]
pub struct GreatestBytes(u32);

impl GreatestBytes {
    /// Whether four share a register, which leaves room for four more.
    pub const FOUR_IN_A_REGISTER: bool = true;

    /// Nothing yet: `least` where nothing is greater.
    #[inline(always)]
    pub fn of(least: i8) -> Self {
        Self(word([least; 4]))
    }

    /// With four more.
    #[inline(always)]
    pub fn and(self, others: &[i8; 4]) -> Self {
        let greater: u32;
        // SAFETY: arithmetic alone. What `ssub8` leaves in the flags, which no other instruction reads, is taken up at
        // once.
        #[allow(unsafe_code)]
        unsafe {
            asm!(
                "ssub8 {0}, {1}, {2}",
                "sel {0}, {1}, {2}",
                out(reg) greater, in(reg) self.0, in(reg) word(*others),
                options(pure, nomem, nostack),
            );
        }
        Self(greater)
    }

    /// What they are now.
    #[inline(always)]
    pub fn values(self) -> [i8; 4] {
        self.0.to_ne_bytes().map(u8::cast_signed)
    }
}

#[inline(always)]
fn word(bytes: [i8; 4]) -> u32 {
    u32::from_ne_bytes(bytes.map(i8::cast_unsigned))
}
