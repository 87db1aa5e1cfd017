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

    /// All of them, where there is one address space.
    #[cfg(any(
        tiny_model_backend = "host",
        all(tiny_model_backend = "portable", tiny_model_loops = "plain"),
        test
    ))]
    pub(in crate::inner) const fn as_slice(&self) -> &'a [T] {
        self.0
    }

    /// No constants.
    pub const fn empty() -> Self {
        Self(&[])
    }

    /// The address of the first element.
    #[inline(always)]
    #[allow(dead_code)] // what is not assembly needs none
    pub(in crate::inner) const fn start(&self) -> *const T {
        self.0.as_ptr()
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

#[cfg(test)]
mod tests {
    use super::super::FlashBytes;

    static BYTES: FlashBytes<8> = FlashBytes::new(&[0x80, 0xff, 1, 2, 3, 4, 5, 0x7f]);

    #[test]
    fn constants_are_read_from_the_first_to_the_last_byte() {
        assert!(BYTES.view::<i8>().iter().eq([-128, -1, 1, 2, 3, 4, 5, 127]));
        assert!(BYTES.view::<u8>().iter().rev().eq([127, 5, 4, 3, 2, 1, 255, 128]));
        assert!(BYTES.view::<i16>().iter().eq([-128, 0x201, 0x403, 0x7f05]));
        assert!(BYTES.view::<u32>().iter().eq([0x0201_ff80, 0x7f05_0403]));
    }

    #[test]
    fn what_is_not_there_is_empty() {
        let flash = BYTES.view::<i8>();
        assert_eq!((flash.get(7), flash.get(8), flash.get(usize::MAX)), (Some(127), None, None));
        assert_eq!(flash.range(6, 2).iter().len(), 2);
        for (start, len) in [(7, 2), (8, 1), (9, 0), (usize::MAX, 1), (1, usize::MAX)] {
            assert!(flash.range(start, len).is_empty(), "{start} {len}");
        }
        assert_eq!(flash.array::<2>(6), Some([5, 127]));
        assert_eq!((flash.array::<2>(7), flash.array::<1>(usize::MAX)), (None, None));
    }

    #[test]
    fn chunks_leave_the_rest_out() {
        let lengths = |len| BYTES.view::<i8>().chunks(len).map(|chunk| chunk.len()).sum::<usize>();
        assert_eq!([0, 1, 3, 8, 9].map(lengths), [0, 8, 6, 8, 0]);
    }
}
