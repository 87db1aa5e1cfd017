//! Constants in program memory.
//!
//! A model's weights and tables stay where the linker put them. On most targets flash is mapped into
//! the address space and a [`Flash`] is a slice in disguise; on AVR it is a separate space that needs
//! its own instruction. Kernels therefore never see a reference to a constant: they copy elements out
//! of a [`Flash`], and the same source works everywhere.

/// Types whose every bit pattern is a value, so that bytes of the model may be read as them.
///
/// # Safety
///
/// Any `size_of::<Self>()` bytes must be a valid value, and the alignment must divide four.
#[allow(unsafe_code)] // the trait states a promise about bit patterns
pub unsafe trait Element: Copy + 'static {}

macro_rules! elements {
    ($($t:ty)*) => {$(
        const _: () = assert!(core::mem::align_of::<$t>() <= 4);
        // SAFETY: integers have no invalid bit patterns; the alignment is checked above.
        #[allow(unsafe_code)]
        unsafe impl Element for $t {}
    )*};
}
elements!(i8 u8 i16 u16 i32 u32);

const _: () = assert!(cfg!(target_endian = "little"), "tiny-model supports little-endian targets only");

/// Little-endian bytes of one constant, aligned for every [`Element`].
#[repr(C, align(4))]
pub struct FlashBytes<const N: usize>([u8; N]);

impl<const N: usize> FlashBytes<N> {
    /// Takes the bytes as the compiler wrote them.
    pub const fn new(bytes: &[u8; N]) -> Self {
        Self(*bytes)
    }

    /// The constant as elements of `T`.
    pub const fn view<T: Element>(&'static self) -> Flash<'static, T> {
        const { assert!(N.is_multiple_of(core::mem::size_of::<T>())) };
        let len = N / core::mem::size_of::<T>();
        // SAFETY: the struct is aligned to four, which every `Element` divides; `len` elements fill
        // the `N` bytes; any bytes are a valid `T`; the data is immutable and lives forever.
        #[allow(unsafe_code)]
        Flash(unsafe { core::slice::from_raw_parts(self.0.as_ptr().cast(), len) })
    }
}

/// A run of constants in program memory.
///
/// Reading is by copy, and a range that does not exist is empty: nothing here can panic.
#[derive(Clone, Copy, Debug)]
pub struct Flash<'a, T>(&'a [T]);

impl<'a, T: Element> Flash<'a, T> {
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
