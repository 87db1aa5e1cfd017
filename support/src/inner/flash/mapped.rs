//! Program memory that is part of the address space.

use super::Element;

/// A run of constants in program memory.
///
/// Reading is by copy, and a range that does not exist is empty: nothing here can panic.
#[derive(Clone, Copy, Debug)]
pub struct Flash<'a, T>(&'a [T]);

impl<'a, T: Element> Flash<'a, T> {
    /// # Safety
    ///
    /// `len` elements begin at `start`, are aligned, and do not change while `'a` lasts.
    #[allow(unsafe_code)]
    pub(super) const unsafe fn new(start: *const T, len: usize) -> Self {
        // SAFETY: the caller's promise.
        Self(unsafe { core::slice::from_raw_parts(start, len) })
    }

    /// Constants that are in ordinary memory, for tests and for programs on a host.
    pub const fn from_slice(slice: &'a [T]) -> Self {
        Self(slice)
    }

    /// The number of elements.
    #[inline(always)]
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no element.
    #[inline(always)]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The element at `index`, if there is one.
    #[inline(always)]
    pub fn get(&self, index: usize) -> Option<T> {
        self.0.get(index).copied()
    }

    /// `len` elements from `start`; empty if they are not all there.
    #[inline(always)]
    pub fn range(&self, start: usize, len: usize) -> Self {
        Self(self.0.get(start..start.wrapping_add(len)).unwrap_or(&[]))
    }

    /// `N` elements from `start`, if they are all there.
    #[inline(always)]
    pub fn array<const N: usize>(&self, start: usize) -> Option<[T; N]> {
        self.0.get(start..)?.first_chunk().copied()
    }

    /// The elements, one copy after the other.
    #[inline(always)]
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = T> + ExactSizeIterator + Clone + use<'a, T> {
        self.0.iter().copied()
    }

    /// Runs of `len` elements; a shorter rest is left out, and so is everything if `len` is zero.
    #[inline(always)]
    pub fn chunks(&self, len: usize) -> impl Iterator<Item = Self> + use<'a, T> {
        // Not `chunks_exact`: it divides by its length.
        let mut rest = self.0;
        core::iter::from_fn(move || if len == 0 { None } else { rest.split_off(..len).map(Self) })
    }
}
