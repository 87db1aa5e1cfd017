//! Memory on both sides of a value, watched.

use core::hint::black_box;

use crate::fail;

const PATTERN: [u8; 16] = *b"guard the border";

/// A value between two fences. Dropping it fails the run if one of them was written to.
#[repr(C)]
pub struct Guarded<T> {
    before: [u8; PATTERN.len()],
    inside: T,
    after: [u8; PATTERN.len()],
}

impl<T> Guarded<T> {
    pub fn new(inside: T) -> Self {
        Self { before: PATTERN, inside, after: PATTERN }
    }

    pub fn inside(&mut self) -> &mut T {
        &mut self.inside
    }
}

impl<T> Drop for Guarded<T> {
    fn drop(&mut self) {
        // Behind the optimizer's back: it knows that no safe code writes there.
        let fences = black_box([&self.before, &self.after]);
        if fences.iter().any(|&fence| black_box(*fence) != PATTERN) {
            fail(b"something was written outside of the model");
        }
    }
}
