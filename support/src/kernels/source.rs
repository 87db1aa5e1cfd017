//! Operands that lie in the arena or in program memory.

use crate::inner::flash::{Element, Flash};
use core::cell::Cell;

/// Elements that a kernel reads, wherever they lie. What is not there reads as absent.
pub trait Source<T>: Copy {
    /// The element at `index`, if there is one.
    fn get(self, index: usize) -> Option<T>;

    /// `len` elements from `start`; empty if they are not all there.
    fn range(self, start: usize, len: usize) -> Self;

    /// The elements in order.
    fn elements(self) -> impl ExactSizeIterator<Item = T>;

    /// The elements where they are, if that is the arena, in one piece.
    #[inline(always)]
    fn cells(&self) -> Option<&[Cell<T>]> {
        None
    }
}

impl<T: Element> Source<T> for Flash<'_, T> {
    #[inline(always)]
    fn get(self, index: usize) -> Option<T> {
        Flash::get(&self, index)
    }

    #[inline(always)]
    fn range(self, start: usize, len: usize) -> Self {
        Flash::range(&self, start, len)
    }

    #[inline(always)]
    fn elements(self) -> impl ExactSizeIterator<Item = T> {
        self.iter()
    }
}

impl<T: Element> Source<T> for &[Cell<T>] {
    #[inline(always)]
    fn get(self, index: usize) -> Option<T> {
        <[Cell<T>]>::get(self, index).map(Cell::get)
    }

    #[inline(always)]
    fn range(self, start: usize, len: usize) -> Self {
        <[Cell<T>]>::get(self, start..start.wrapping_add(len)).unwrap_or(&[])
    }

    #[inline(always)]
    fn elements(self) -> impl ExactSizeIterator<Item = T> {
        self.iter().map(Cell::get)
    }

    #[inline(always)]
    fn cells(&self) -> Option<&[Cell<T>]> {
        Some(self)
    }
}
