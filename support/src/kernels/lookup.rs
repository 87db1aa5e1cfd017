//! Any function of single `int8` elements, as a table.

use crate::inner::flash::Flash;
use core::cell::Cell;

/// Nothing to know.
#[derive(Clone, Copy, Debug)]
pub struct Lookup;

/// `output[i] = table[input[i]]`, where the table begins with the outputs of 0 to 127, and those of
/// -128 to -1 follow.
#[cfg_attr(not(debug_assertions), inline)]
pub fn lookup_s8(_: &Lookup, table: Flash<'_, i8>, input: &[Cell<i8>], output: &[Cell<i8>]) {
    for (x, y) in input.iter().zip(output) {
        y.set(table.get(x.get().cast_unsigned().into()).unwrap_or(0));
    }
}
