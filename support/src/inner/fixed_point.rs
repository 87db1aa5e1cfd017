//! Types of the crate `fixed` as elements of the arena: integers with a point at a place that the type knows.

use crate::inner::flash::Element;
use fixed::{FixedI8, FixedI16, FixedU8, FixedU16};

macro_rules! elements {
    ($($t:ident)*) => {$(
        // SAFETY: the crate `fixed` documents these as transparent around integers of the same size, which
        // have no invalid bit patterns and whose alignment divides four.
        #[allow(unsafe_code)]
        unsafe impl<F: 'static> Element for $t<F> {}
    )*};
}
elements!(FixedI8 FixedU8 FixedI16 FixedU16);
