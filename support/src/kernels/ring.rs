//! The last steps of a stream, kept as a ring: new ones take the place of the oldest, and nothing moves.

use super::movement::copy_runs;
use super::shapes::Movement;
use super::source::Source;
use crate::inner::flash::Element;
use crate::inner::product;

/// Shape of a ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ring {
    /// Elements of a slot.
    pub slot: usize,
    /// Slots in all.
    pub slots: usize,
    /// Slots that a step fills.
    pub step: usize,
}

/// Puts `new` in the place of the oldest elements. `oldest` is the slot in which they begin.
#[inline]
pub fn push<T: Element>(p: &Ring, new: &[T], ring: &mut [T], oldest: &mut [u16]) {
    let Some(oldest) = oldest.first_mut() else { return };
    let places = ring.get_mut(product((*oldest).into(), p.slot)..).unwrap_or_default();
    let rest = new.get(places.len()..).unwrap_or_default();
    places.iter_mut().zip(new).for_each(|(y, &x)| *y = x);
    ring.iter_mut().zip(rest).for_each(|(y, &x)| *y = x);
    let next = usize::from(*oldest).wrapping_add(p.step);
    *oldest = if next < p.slots { next } else { next.wrapping_sub(p.slots) } as u16;
}

/// Copies a ring into one piece, the oldest element first.
#[inline]
pub fn unroll<T: Element>(p: &Ring, ring: &[T], oldest: &[u16], output: &mut [T]) {
    let (older, newer) = p.parts(ring, oldest);
    output.iter_mut().zip(older).for_each(|(y, &x)| *y = x);
    let rest = output.get_mut(older.len()..).unwrap_or_default();
    rest.iter_mut().zip(newer).for_each(|(y, &x)| *y = x);
}

/// A movement of elements out of a ring.
#[derive(Clone, Copy, Debug)]
pub struct RingMovement {
    /// Shape of the ring.
    pub ring: Ring,
    /// What is moved, as if the oldest element were the first.
    pub movement: Movement,
}

/// `output[at] = ring[at]` for every element of a box.
#[inline(always)] // with its parameters known, most loops vanish
pub fn copy<T: Element>(p: &RingMovement, ring: &[T], oldest: &[u16], output: &mut [T]) {
    let (older, newer) = p.ring.parts(ring, oldest);
    copy_runs(&p.movement, Parts { older, newer }, output);
}

/// Two pieces of memory, one after the other.
#[derive(Clone, Copy)]
struct Parts<'a, T> {
    older: &'a [T],
    newer: &'a [T],
}

impl<T: Element> Source<T> for Parts<'_, T> {
    #[inline(always)]
    fn get(self, index: usize) -> Option<T> {
        let newer = || self.newer.get(index.wrapping_sub(self.older.len()));
        self.older.get(index).or_else(newer).copied()
    }

    #[inline(always)]
    fn range(self, start: usize, len: usize) -> Self {
        let edge = self.older.len();
        let end = start.wrapping_add(len);
        let older = self.older.get(start..end.min(edge)).unwrap_or(&[]);
        let first = start.saturating_sub(edge);
        let newer = self.newer.get(first..end.saturating_sub(edge)).unwrap_or(&[]);
        Self { older, newer }
    }

    #[inline(always)]
    fn elements(self) -> impl ExactSizeIterator<Item = T> {
        Elements(self)
    }
}

/// The elements of both pieces.
struct Elements<'a, T>(Parts<'a, T>);

impl<T: Element> Iterator for Elements<'_, T> {
    type Item = T;

    #[inline(always)]
    fn next(&mut self) -> Option<T> {
        let Self(Parts { older, newer }) = self;
        older.split_off_first().or_else(|| newer.split_off_first()).copied()
    }

    #[inline(always)]
    fn size_hint(&self) -> (usize, Option<usize>) {
        let len = self.0.older.len().wrapping_add(self.0.newer.len());
        (len, Some(len))
    }
}

impl<T: Element> ExactSizeIterator for Elements<'_, T> {}

impl Ring {
    /// The two pieces of a ring, the older one first.
    #[inline(always)]
    pub(super) fn parts<'a, T>(&self, ring: &'a [T], oldest: &[u16]) -> (&'a [T], &'a [T]) {
        let start = oldest.first().map_or(0, |&oldest| product(oldest.into(), self.slot));
        let (newer, older) = ring.split_at_checked(start).unwrap_or((&[], ring));
        (older, newer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ring_holds_the_last_steps() {
        let p = Ring { slot: 2, slots: 5, step: 3 };
        let (mut ring, mut oldest) = ([0i8; 10], [0]);
        for end in (6..=72i8).step_by(6) {
            let new: [i8; 6] = core::array::from_fn(|i| end - 5 + i as i8);
            push(&p, &new, &mut ring, &mut oldest);
            let mut last = [0; 10];
            unroll(&p, &ring, &oldest, &mut last);
            assert_eq!(last, core::array::from_fn(|i| (end - 9 + i as i8).max(0)));
            let (older, newer) = p.parts(&ring, &oldest);
            for (start, len) in [(0, 10), (3, 4), (9, 1), (4, 0)] {
                let elements = Parts { older, newer }.range(start, len).elements();
                assert_eq!(elements.len(), len);
                assert!(elements.eq(last[start..start + len].iter().copied()));
            }
        }
    }
}
