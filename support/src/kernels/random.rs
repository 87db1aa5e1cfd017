//! Numbers for tests that look random, and are the same in every run.

extern crate std;

use std::vec::Vec;

/// A sequence of them.
pub struct Random(u32);

impl Random {
    /// The sequence of this number.
    pub fn new(seed: u32) -> Self {
        Self(seed.wrapping_mul(2_654_435_761) | 1)
    }

    /// The next 31 bits.
    pub fn bits(&mut self) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        self.0 >> 1
    }

    /// A number less than `end`.
    pub fn below(&mut self, end: usize) -> usize {
        self.bits() as usize % end
    }

    /// Any byte.
    pub fn byte(&mut self) -> i8 {
        self.below(256) as u8 as i8
    }

    /// So many of them.
    pub fn bytes(&mut self, count: usize) -> Vec<i8> {
        (0..count).map(|_| self.byte()).collect()
    }
}
