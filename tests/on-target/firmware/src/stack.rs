//! How deep the stack went: memory below the stack pointer is painted, and what lost its paint was used.

const PAINT: u32 = 0xc0de_57ac;

unsafe extern "C" {
    /// The end of all statics, from the linker script.
    static _end: u8;
}

/// The painted memory, from the statics to the stack pointer.
pub struct Paint {
    bottom: *mut u32,
    top: *mut u32,
    stack_pointer: usize,
}

impl Paint {
    /// Paints. Part of the caller, for a frame of its own would lie where the paint goes.
    #[inline(always)]
    pub fn below(stack_pointer: usize) -> Self {
        let align = align_of::<u32>();
        let bottom = ((&raw const _end) as usize).next_multiple_of(align) as *mut u32;
        let top = (stack_pointer / align * align) as *mut u32;
        let mut at = bottom;
        while at < top {
            // SAFETY: the memory from the statics to the stack pointer belongs to nobody while no function is
            // called and interrupts are off. Volatile, or else this becomes a call to memset.
            unsafe { at.write_volatile(PAINT) };
            at = at.wrapping_add(1);
        }
        Self { bottom, top, stack_pointer }
    }

    /// Bytes from the stack pointer to the lowest place that lost its paint. None if that is all of it, which
    /// says that the stack has run into the statics.
    #[inline(always)]
    pub fn washed_off(&self) -> Option<u32> {
        let mut at = self.bottom;
        // SAFETY: within the memory painted by `below`.
        while at < self.top && unsafe { at.read_volatile() } == PAINT {
            at = at.wrapping_add(1);
        }
        (at > self.bottom).then(|| (self.stack_pointer - at as usize) as u32)
    }
}
