//! The greatest or least values along some dimensions.

use super::mean::each;
use super::rows::rows_mut;

pub use super::mean::Run;

/// Loops of a reduction.
#[derive(Clone, Copy, Debug)]
pub struct Reduce {
    /// Loops over outputs, outermost first, around `inner`.
    pub kept: [Run; 4],
    /// Outputs whose inputs lie side by side.
    pub inner: usize,
    /// Loops over what one output is reduced from, outermost first.
    pub reduced: [Run; 4],
}

/// `output[kept] = max(input[kept, reduced])`.
#[cfg_attr(not(debug_assertions), inline)]
pub fn reduce_max_s8(p: &Reduce, input: &[i8], output: &mut [i8]) {
    reduce(p, input, output, i8::MIN, i8::max);
}

/// `output[kept] = min(input[kept, reduced])`.
#[cfg_attr(not(debug_assertions), inline)]
pub fn reduce_min_s8(p: &Reduce, input: &[i8], output: &mut [i8]) {
    reduce(p, input, output, i8::MAX, i8::min);
}

#[inline(always)]
fn reduce(p: &Reduce, input: &[i8], output: &mut [i8], start: i8, better: impl Fn(i8, i8) -> i8) {
    let mut rows = rows_mut(output, p.inner);
    each(p.kept, 0, |kept, at| {
        for at in kept.steps(at) {
            let Some(row) = rows.next() else { return };
            row.fill(start);
            each(p.reduced, at, |innermost, at| {
                for at in innermost.steps(at) {
                    let from = input.get(at..).unwrap_or(&[]);
                    row.iter_mut().zip(from).for_each(|(y, &x)| *y = better(*y, x));
                }
            });
        }
    });
}
