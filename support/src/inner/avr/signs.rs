//! Bytes whose highest bit is turned over.

use crate::inner::flash::Element;
use core::arch::asm;
use core::cell::Cell;

/// As [`crate::inner::portable::turn_signs`], eight bytes in each round.
#[inline(always)]
pub fn turn_signs<X: Element, Y: Element>(input: &[Cell<X>], output: &[Cell<Y>]) -> usize {
    const { assert!(size_of::<X>() == 1 && size_of::<Y>() == 1) };
    let rounds = (input.len().min(output.len()) >> 3) as u16;
    if rounds == 0 {
        return 0;
    }
    // SAFETY: there are so many bytes on both sides, and a cell may be written through a shared reference.
    #[allow(unsafe_code)]
    unsafe {
        asm!(
            "1:",
            ".rept 8",
            "ld {byte}, {from}+",
            "subi {byte}, 0x80",
            "st {to}+, {byte}",
            ".endr",
            "subi {rounds:l}, 1",
            "sbci {rounds:h}, 0",
            "brne 1b",
            from = inout(reg_ptr) input.as_ptr() => _,
            to = inout(reg_ptr) output.as_ptr() => _,
            rounds = inout(reg_pair) rounds => _,
            byte = out(reg_upper) _,
            options(nostack),
        );
    }
    usize::from(rounds) << 3
}
