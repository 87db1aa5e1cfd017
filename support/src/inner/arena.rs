//! One block of memory for all activations, handed out as typed windows.
//!
//! The compiler plans where each tensor lies. It writes the plan down as types, so that an error in
//! it (a window outside of the arena, a misaligned one, two windows that share a byte one of which
//! may be written) does not compile, and nothing is left to check when the model runs.

use super::flash::Element;
use core::cell::Cell;
use core::marker::PhantomData;

/// The activations of a model: `N` bytes, aligned for every element type.
#[derive(Clone)]
#[repr(C, align(4))]
pub struct Arena<const N: usize>([u8; N]);

/// One window: what [`Read`], [`Write`] and [`Shared`] have in common.
pub trait Window: sealed::Window {}

/// Several windows that are open together: a tuple of up to sixteen.
pub trait Windows: sealed::Windows {}

/// What windows are made of, out of reach of other crates.
mod sealed {
    /// How a window may be used beside the others that are open at the same time.
    #[derive(Clone, Copy, PartialEq, Eq)]
    pub enum Access {
        Read,
        Write,
        Shared,
    }

    /// The bytes of one window.
    #[derive(Clone, Copy)]
    pub struct Extent {
        pub start: usize,
        pub end: usize,
        pub access: Access,
    }

    pub trait Window {
        /// What the caller gets.
        type Ref<'a>;
        /// Fails to compile if the window is not aligned.
        const EXTENT: Extent;
        /// # Safety
        ///
        /// `base` is the start of an arena of which `EXTENT` is a part, borrowed exclusively for
        /// `'a`, and no other window that is open breaks the rules of its access.
        #[allow(unsafe_code)]
        unsafe fn open<'a>(base: *mut u8) -> Self::Ref<'a>;
    }

    pub trait Windows {
        /// The references.
        type Refs<'a>;
        /// The last byte that any window touches, plus one. Fails to compile on a conflict.
        const END: usize;
        /// # Safety
        ///
        /// `base` is the start of an arena of at least `END` bytes, borrowed exclusively for `'a`.
        #[allow(unsafe_code)]
        unsafe fn open<'a>(base: *mut u8) -> Self::Refs<'a>;
    }
}

use sealed::{Access, Extent};

macro_rules! window {
    ($(#[$doc:meta])* $name:ident, $reference:ty, |$pointer:ident| $open:expr) => {
        $(#[$doc])*
        pub struct $name<T, const LEN: usize, const AT: usize>(PhantomData<T>);

        impl<T: Element, const LEN: usize, const AT: usize> Window for $name<T, LEN, AT> {}

        impl<T: Element, const LEN: usize, const AT: usize> sealed::Window for $name<T, LEN, AT> {
            type Ref<'a> = $reference;
            const EXTENT: Extent = {
                assert!(AT.is_multiple_of(core::mem::align_of::<T>()), "a window is not aligned");
                Extent { start: AT, end: AT + LEN * core::mem::size_of::<T>(), access: Access::$name }
            };

            #[inline(always)]
            #[allow(unsafe_code)]
            unsafe fn open<'a>(base: *mut u8) -> $reference {
                // SAFETY: the caller promises that the extent is inside the arena and that no
                // window forbids this access; `EXTENT` proves the alignment, the arena's own is
                // four; any bytes are valid for an `Element`.
                unsafe {
                    let $pointer = base.add(AT);
                    $open
                }
            }
        }
    };
}

window!(
    /// `LEN` elements at byte `AT` that are only read.
    Read, &'a [T; LEN], |p| &*p.cast::<[T; LEN]>()
);
window!(
    /// `LEN` elements at byte `AT` that nobody else sees.
    Write, &'a mut [T; LEN], |p| &mut *p.cast::<[T; LEN]>()
);
window!(
    /// `LEN` elements at byte `AT` that may share memory with other `Shared` windows, as in a
    /// kernel that works in place.
    Shared, &'a [Cell<T>; LEN], |p| &*p.cast::<[Cell<T>; LEN]>()
);

/// The end of the last window. Panics, while compiling, if two windows conflict.
const fn check(windows: &[Extent]) -> usize {
    let mut end = 0;
    let mut i = 0;
    while i < windows.len() {
        let a = windows[i];
        let mut j = 0;
        while j < i {
            let b = windows[j];
            let apart = a.end <= b.start || b.end <= a.start;
            let compatible = match (a.access, b.access) {
                (Access::Read, Access::Read) | (Access::Shared, Access::Shared) => true,
                (Access::Read | Access::Write | Access::Shared, _) => false,
            };
            assert!(apart || compatible, "two windows of the arena conflict");
            j += 1;
        }
        if a.end > end {
            end = a.end;
        }
        i += 1;
    }
    end
}

macro_rules! tuple {
    ($($w:ident)*) => {
        impl<$($w: Window),*> Windows for ($($w,)*) {}

        impl<$($w: Window),*> sealed::Windows for ($($w,)*) {
            type Refs<'a> = ($($w::Ref<'a>,)*);
            const END: usize = check(&[$($w::EXTENT),*]);

            #[inline(always)]
            #[allow(unsafe_code)]
            unsafe fn open<'a>(base: *mut u8) -> Self::Refs<'a> {
                // SAFETY: `END` was computed by `check`, so that no two windows conflict and all end
                // at or before it; the rest is the caller's promise.
                unsafe { ($($w::open::<'a>(base),)*) }
            }
        }
    };
}
tuple!(A);
tuple!(A B);
tuple!(A B C);
tuple!(A B C D);
tuple!(A B C D E);
tuple!(A B C D E F);
tuple!(A B C D E F G);
tuple!(A B C D E F G H);
tuple!(A B C D E F G H I);
tuple!(A B C D E F G H I J);
tuple!(A B C D E F G H I J K);
tuple!(A B C D E F G H I J K L);
tuple!(A B C D E F G H I J K L M);
tuple!(A B C D E F G H I J K L M N);
tuple!(A B C D E F G H I J K L M N O);
tuple!(A B C D E F G H I J K L M N O P);

impl<const N: usize> Arena<N> {
    /// An arena of zeros.
    pub const fn new() -> Self {
        Self([0; N])
    }

    /// Opens windows that do not conflict, for as long as the arena is borrowed.
    ///
    /// A plan that is wrong does not compile:
    ///
    /// ```compile_fail
    /// use tiny_model::__private::arena::{Arena, Read, Write};
    /// let mut arena = Arena::<16>::new();
    /// let (input, output) = arena.open::<(Read<i8, 8, 0>, Write<i8, 8, 4>)>(); // they overlap
    /// ```
    ///
    /// ```compile_fail
    /// # use tiny_model::__private::arena::{Arena, Read};
    /// # let mut arena = Arena::<16>::new();
    /// arena.open::<(Read<i8, 8, 9>,)>(); // it ends outside
    /// ```
    ///
    /// ```compile_fail
    /// # use tiny_model::__private::arena::{Arena, Read};
    /// # let mut arena = Arena::<16>::new();
    /// arena.open::<(Read<i32, 2, 2>,)>(); // it is not aligned
    /// ```
    ///
    /// ```compile_fail
    /// # use tiny_model::__private::arena::{Arena, Shared, Write};
    /// # let mut arena = Arena::<16>::new();
    /// arena.open::<(Shared<i8, 8, 0>, Write<i8, 8, 0>)>(); // one of them is exclusive
    /// ```
    #[inline(always)]
    pub fn open<W: Windows>(&mut self) -> W::Refs<'_> {
        const { assert!(W::END <= N, "a window ends outside of the arena") };
        // SAFETY: the arena is borrowed exclusively for the lifetime of the references, and has at
        // least `END` bytes.
        #[allow(unsafe_code)]
        unsafe {
            W::open(self.0.as_mut_ptr())
        }
    }
}

impl<const N: usize> Default for Arena<N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const N: usize> core::fmt::Debug for Arena<N> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Arena<{N}>")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_see_each_others_bytes() {
        let mut arena = Arena::<16>::new();
        let (first, last) = arena.open::<(Write<i8, 4, 0>, Write<i32, 1, 12>)>();
        *first = [1, 2, 3, 4];
        *last = [0x0102_0304];
        let (word, bytes) = arena.open::<(Read<i32, 1, 0>, Read<u8, 4, 12>)>();
        assert_eq!(word, &[i32::from_le_bytes([1, 2, 3, 4])]);
        assert_eq!(bytes, &[4, 3, 2, 1]);
    }

    #[test]
    fn shared_windows_work_in_place() {
        let mut arena = Arena::<4>::new();
        let (input, output) = arena.open::<(Shared<i8, 4, 0>, Shared<i8, 4, 0>)>();
        for (x, y) in input.iter().zip(output) {
            y.set(x.get() + 1);
        }
        assert_eq!(arena.open::<(Read<i8, 4, 0>,)>().0, &[1; 4]);
    }

    /// Every element type at the first and at the last place of an arena, with the bytes beside it.
    #[test]
    fn windows_reach_to_the_edges_and_not_beyond() {
        let mut arena = Arena::<16>::new();
        arena.open::<(Write<u8, 16, 0>,)>().0.fill(0xaa);
        {
            let (first, last) = arena.open::<(Write<i32, 1, 0>, Write<i16, 2, 12>)>();
            first[0] = -1;
            last[1] = -1;
        }
        let bytes = arena.open::<(Read<u8, 16, 0>,)>().0;
        assert_eq!(bytes[..4], [0xff; 4]);
        assert_eq!(bytes[4..14], [0xaa; 10]);
        assert_eq!(bytes[14..], [0xff; 2]);
    }

    #[test]
    fn empty_windows_and_whole_arenas_are_windows() {
        let mut arena = Arena::<8>::new();
        let (none, all, end) = arena.open::<(Write<i8, 0, 0>, Write<i32, 2, 0>, Write<i32, 0, 8>)>();
        all.fill(7);
        assert_eq!((none.len(), end.len()), (0, 0));
        assert_eq!(arena.open::<(Read<i32, 2, 0>,)>().0, &[7; 2]);
    }

    #[test]
    fn neighbours_can_be_written_together() {
        let mut arena = Arena::<12>::new();
        let (a, b, c) = arena.open::<(Write<i8, 3, 0>, Write<i8, 1, 3>, Write<i32, 2, 4>)>();
        (*a, *b, *c) = ([1; 3], [2], [3, 4]);
        let (a, b, c) = arena.open::<(Read<i8, 4, 0>, Read<i32, 1, 4>, Read<i32, 1, 8>)>();
        assert_eq!((a, b, c), (&[1, 1, 1, 2], &[3], &[4]));
    }

    #[test]
    fn an_arena_is_aligned_wherever_it_is() {
        #[repr(C)]
        struct Odd(u8, Arena<4>, u8, Arena<8>);
        let mut odd = Odd(1, Arena::new(), 2, Arena::new());
        for address in
            [odd.1.open::<(Read<i32, 1, 0>,)>().0.as_ptr(), odd.3.open::<(Read<i32, 1, 4>,)>().0.as_ptr()]
        {
            assert!(address.is_aligned());
        }
        assert_eq!((odd.0, odd.2), (1, 2));
    }
}
