//! Surrounds a tensor with one value.

use super::movement::copy_runs;
use super::shapes::Movement;
use super::source::Source;
use crate::inner::flash::Element;

/// What surrounds, and where the input goes.
#[derive(Clone, Copy, Debug)]
pub struct Pad<T> {
    /// The value around the input.
    pub value: T,
    /// The whole input, in runs, to its place in the output.
    pub place: Movement,
}

/// `output[at] = input[at - before]` inside, and the value elsewhere.
#[inline(always)] // with its parameters known, most loops vanish
pub fn pad<T: Element>(p: &Pad<T>, input: impl Source<T>, output: &mut [T]) {
    output.fill(p.value);
    copy_runs(&p.place, input, output);
}
