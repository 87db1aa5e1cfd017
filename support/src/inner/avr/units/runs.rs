//! What all units see, as a list of runs.

use crate::inner::portable::{MAX_RUN, PADDING};
use core::marker::PhantomData;

/// As [`crate::inner::portable::Runs`].
#[derive(Debug)]
pub struct Runs<'a, const N: usize> {
    pub(super) list: [Run; N],
    pub(super) len: Len,
    inputs: PhantomData<&'a [i8]>,
}

/// Entries of a list of runs, and elements of all of them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Len {
    runs: usize,
    pub(super) terms: usize,
    /// Elements behind each of them, but those on the padding.
    behind: usize,
}

/// What [`Len::behind`] is of no runs.
const MAX_BEHIND: usize = usize::MAX;

/// In the number of times of a run on the padding.
const PADS: u8 = 0x80;

/// A run, or behind the last one, zero times nothing.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub(super) struct Run {
    pub(super) times: u8,
    pub(super) len: u8,
    pub(super) start: *const i8,
}

/// The end of a list.
pub(super) const END: Run = Run { times: 0, len: 0, start: core::ptr::null() };

impl<'a, const N: usize> Runs<'a, N> {
    /// See [`crate::inner::portable::Runs::none`].
    #[inline(always)]
    pub fn none() -> Self {
        Self { list: [END; N], len: Len { runs: 0, terms: 0, behind: MAX_BEHIND }, inputs: PhantomData }
    }

    /// See [`crate::inner::portable::Runs::clear`].
    #[inline(always)]
    pub fn clear(&mut self) {
        self.len = Len { runs: 0, terms: 0, behind: MAX_BEHIND };
        if let Some(first) = self.list.first_mut() {
            *first = END;
        }
    }

    /// See [`crate::inner::portable::Runs::push`].
    #[inline(always)]
    pub fn push(&mut self, from: &'a [i8], len: usize) {
        self.len = add(&mut self.list, self.len, from, len);
    }

    /// See [`crate::inner::portable::Runs::repeat`].
    #[inline(always)]
    pub fn repeat(&mut self, padding: &'a [i8; PADDING], terms: usize) {
        self.len = repeat(&mut self.list, self.len, padding, terms);
    }

    /// See [`crate::inner::portable::Runs::advance`].
    #[inline(always)]
    pub fn advance(&mut self, step: usize) -> bool {
        if step > self.len.behind {
            return false;
        }
        self.len.behind = self.len.behind.wrapping_sub(step);
        advance(&mut self.list, self.len.runs, step);
        true
    }
}

/// Adds a run, in pieces whose numbers are bytes, and the end.
#[inline(never)] // one copy serves a program
fn add(list: &mut [Run], mut len: Len, from: &[i8], terms: usize) -> Len {
    let Some(behind) = from.len().checked_sub(terms) else {
        return len;
    };
    len.behind = len.behind.min(behind);
    let (mut start, mut left) = (from.as_ptr(), terms);
    while left > MAX_RUN {
        len = put(list, len, Run { times: 1, len: MAX_RUN as u8, start }, MAX_RUN);
        start = start.wrapping_add(MAX_RUN);
        left = left.wrapping_sub(MAX_RUN);
    }
    if left != 0 {
        len = put(list, len, Run { times: 1, len: left as u8, start }, left);
    }
    len
}

/// Adds so much of the padding, and the end.
#[inline(never)] // one copy serves a program
fn repeat(list: &mut [Run], mut len: Len, padding: &[i8; PADDING], terms: usize) -> Len {
    const WHOLE: usize = !(PADDING - 1);
    let start = padding.as_ptr();
    let mut left = terms;
    while left >= PADDING {
        let some = (left & WHOLE).min(MAX_RUN & WHOLE);
        let times = ((some as u8) / (PADDING as u8)) | PADS;
        len = put(list, len, Run { times, len: PADDING as u8, start }, some);
        left = left.wrapping_sub(some);
    }
    if left != 0 {
        len = put(list, len, Run { times: 1 | PADS, len: left as u8, start }, left);
    }
    len
}

/// Adds a run of so many terms, and the end, if there is room.
#[inline(always)]
fn put(list: &mut [Run], len: Len, next: Run, terms: usize) -> Len {
    let Some([run, end]) = list.get_mut(len.runs..).and_then(|rest| rest.first_chunk_mut()) else {
        return len;
    };
    *run = next;
    *end = END;
    Len { runs: len.runs.wrapping_add(1), terms: len.terms.wrapping_add(terms), ..len }
}

/// Moves so many runs on, but those on the padding. Behind each there are as many elements.
#[inline(never)] // one copy serves a program
fn advance(list: &mut [Run], runs: usize, step: usize) {
    for run in list.iter_mut().take(runs) {
        if run.times & PADS == 0 {
            run.start = run.start.wrapping_add(step);
        }
    }
}
