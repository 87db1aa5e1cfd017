//! Program memory that is an address space of its own, as on AVR, which reads it by `lpm`.
//!
//! An address of this space is kept as a raw pointer and never becomes a reference, for a plain read
//! through it would compile, and give whatever is in RAM at that address.

use super::Element;
use core::arch::asm;
use core::marker::PhantomData;
use core::mem::{size_of, transmute_copy};

/// A run of constants in program memory.
///
/// Reading is by copy, and a range that does not exist is empty: nothing here can panic.
#[derive(Clone, Copy, Debug)]
pub struct Flash<'a, T> {
    start: *const T,
    len: usize,
    constants: PhantomData<&'a [T]>,
}

impl<'a, T: Element> Flash<'a, T> {
    /// # Safety
    ///
    /// `len` elements begin at `start` of program memory.
    #[allow(unsafe_code)]
    pub(super) const unsafe fn new(start: *const T, len: usize) -> Self {
        Self { start, len, constants: PhantomData }
    }

    /// No constants.
    pub const fn empty() -> Self {
        Self { start: core::ptr::null(), len: 0, constants: PhantomData }
    }

    /// The number of elements.
    #[inline(always)]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no element.
    #[inline(always)]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The address in program memory.
    #[inline(always)]
    pub(in crate::inner) const fn start(&self) -> *const T {
        self.start
    }

    /// The element at `index`, if there is one.
    #[inline(always)]
    pub fn get(&self, index: usize) -> Option<T> {
        // SAFETY: the index is below the length.
        #[allow(unsafe_code)]
        (index < self.len).then(|| unsafe { read(self.start.wrapping_add(index)) })
    }

    /// `len` elements from `start`; empty if they are not all there.
    #[inline(always)]
    pub fn range(&self, start: usize, len: usize) -> Self {
        match self.len.checked_sub(start) {
            Some(rest) if len <= rest => Self { start: self.start.wrapping_add(start), len, ..*self },
            _ => Self { len: 0, ..*self },
        }
    }

    /// `N` elements from `start`, if they are all there.
    #[inline(always)]
    pub fn array<const N: usize>(&self, start: usize) -> Option<[T; N]> {
        let rest = self.len.checked_sub(start)?;
        let first = self.start.wrapping_add(start);
        // SAFETY: `N` elements from the first are part of the run.
        #[allow(unsafe_code)]
        (N <= rest).then(|| core::array::from_fn(|i| unsafe { read(first.wrapping_add(i)) }))
    }

    /// The elements, one copy after the other.
    #[inline(always)]
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = T> + ExactSizeIterator + Clone + use<'a, T> {
        Elements(*self)
    }

    /// Runs of `len` elements; a shorter rest is left out, and so is everything if `len` is zero.
    #[inline(always)]
    pub fn chunks(&self, len: usize) -> impl Iterator<Item = Self> + use<'a, T> {
        let mut rest = *self;
        core::iter::from_fn(move || {
            let left = rest.len.checked_sub(len).filter(|_| len > 0)?;
            let chunk = Self { len, ..rest };
            rest = Self { start: rest.start.wrapping_add(len), len: left, ..rest };
            Some(chunk)
        })
    }
}

/// What is left of a run.
#[derive(Clone)]
struct Elements<'a, T>(Flash<'a, T>);

impl<T: Element> Iterator for Elements<'_, T> {
    type Item = T;

    #[inline(always)]
    fn next(&mut self) -> Option<T> {
        let Flash { start, len, .. } = self.0;
        self.0.len = len.checked_sub(1)?;
        self.0.start = start.wrapping_add(1);
        // SAFETY: there was an element left, and the first one is here.
        #[allow(unsafe_code)]
        Some(unsafe { read(start) })
    }

    #[inline(always)]
    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.0.len, Some(self.0.len))
    }
}

impl<T: Element> DoubleEndedIterator for Elements<'_, T> {
    #[inline(always)]
    fn next_back(&mut self) -> Option<T> {
        self.0.len = self.0.len.checked_sub(1)?;
        // SAFETY: there was an element left, and this is where the last one is.
        #[allow(unsafe_code)]
        Some(unsafe { read(self.0.start.wrapping_add(self.0.len)) })
    }
}

impl<T: Element> ExactSizeIterator for Elements<'_, T> {}

/// Copies an element out of program memory.
///
/// # Safety
///
/// There is an element at `address` of program memory, which constants have in the lower 64 KB.
#[allow(unsafe_code)]
#[inline(always)]
unsafe fn read<T: Element>(address: *const T) -> T {
    const { assert!(matches!(size_of::<T>(), 1 | 2 | 4)) };
    // SAFETY: the caller promises that the bytes read are those of a `T`, of which any are valid.
    // `lpm` reads without effect on anything but its registers, and the three never overlap: outputs
    // are not `lateout`.
    unsafe {
        match size_of::<T>() {
            1 => {
                let byte: u8;
                asm!("lpm {}, Z", out(reg) byte, in("Z") address,
                    options(pure, readonly, nostack, preserves_flags));
                transmute_copy(&byte)
            }
            2 => {
                let half: u16;
                asm!("lpm {0:l}, Z+", "lpm {0:h}, Z", out(reg_pair) half, inout("Z") address => _,
                    options(pure, readonly, nostack, preserves_flags));
                transmute_copy(&half)
            }
            _ => {
                let (low, high): (u16, u16);
                asm!("lpm {0:l}, Z+", "lpm {0:h}, Z+", "lpm {1:l}, Z+", "lpm {1:h}, Z",
                    out(reg_pair) low, out(reg_pair) high, inout("Z") address => _,
                    options(pure, readonly, nostack, preserves_flags));
                transmute_copy(&(u32::from(high) << 16 | u32::from(low)))
            }
        }
    }
}
