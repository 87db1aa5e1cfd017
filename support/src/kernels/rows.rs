//! Slices in rows of equal length.
//!
//! `chunks_exact` divides by its length, in a function that optimization for size leaves on its own:
//! what it gets could be zero for all that is known there, so that a panic stays in the program.

/// Runs of `len` elements; a shorter rest is left out, and so is everything if `len` is zero.
#[inline(always)]
pub fn rows<T>(mut slice: &[T], len: usize) -> impl Iterator<Item = &[T]> {
    core::iter::from_fn(move || if len == 0 { None } else { slice.split_off(..len) })
}

/// The same, to write to.
#[inline(always)]
pub fn rows_mut<T>(mut slice: &mut [T], len: usize) -> impl Iterator<Item = &mut [T]> {
    core::iter::from_fn(move || if len == 0 { None } else { slice.split_off_mut(..len) })
}
