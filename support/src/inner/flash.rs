//! Constants in program memory.
//!
//! A model's weights and tables stay where the linker put them. On most targets flash is mapped into
//! the address space and a [`Flash`] is a slice in disguise; on AVR it is a separate space that needs
//! its own instruction. Kernels therefore never see a reference to a constant: they copy elements out
//! of a [`Flash`], and the same source works everywhere.

// Not a matter of the backend: on AVR there is no other way to read a constant.
#[cfg(not(target_arch = "avr"))]
mod mapped;
#[cfg(target_arch = "avr")]
mod separate;

#[cfg(not(target_arch = "avr"))]
pub use mapped::Flash;
#[cfg(target_arch = "avr")]
pub use separate::Flash;

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

/// Little-endian bytes of one constant, aligned for every [`Element`]: a static that `flash_bytes!`
/// defines, for only the macro knows where to put it.
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
        // the `N` bytes; any bytes are a valid `T`; the data is immutable and lives forever. Values
        // of this type are where constants are: only `flash_bytes!` makes them.
        #[allow(unsafe_code)]
        unsafe {
            Flash::new((&raw const self.0).cast(), len)
        }
    }
}
