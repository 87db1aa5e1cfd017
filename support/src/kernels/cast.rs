//! The same numbers in another type.

use core::cell::Cell;

/// Nothing to know.
#[derive(Clone, Copy, Debug)]
pub struct Cast;

/// Integers that become others; what does not fit wraps.
pub trait CastTo<T>: Copy {
    /// The number in the other type.
    fn cast(self) -> T;
}

macro_rules! casts {
    ($($from:ty => $($to:ty)*;)*) => {$($(
        impl CastTo<$to> for $from {
            #[inline(always)]
            fn cast(self) -> $to {
                self as $to
            }
        }
    )*)*};
}

casts! {
    u8 => i16 i32 u32;
    i8 => i16 i32 u32;
    i16 => i8 i32 u32;
    i32 => i8 i16;
    u32 => i8 i16;
}

/// `output[i] = input[i]`, modulo two to the bits of the output.
#[inline]
pub fn cast<A: CastTo<B>, B>(_: &Cast, input: &[Cell<A>], output: &[Cell<B>]) {
    input.iter().zip(output).for_each(|(x, y)| y.set(x.get().cast()));
}
