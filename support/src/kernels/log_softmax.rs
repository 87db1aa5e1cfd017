//! Each row becomes logarithms of shares of one: `x - log Σ exp(x)`.

use super::fixed_point::log_of_q12;
use super::rows::rows;
use crate::inner::flash::Flash;
use crate::inner::{requantize, rounding_shift};
use core::cell::Cell;

/// Shape and scales.
#[derive(Clone, Copy, Debug)]
pub struct LogSoftmax {
    /// Elements of one row.
    pub classes: usize,
    /// Brings differences of inputs to Q5.
    pub multiplier: i32,
    /// The exponent that belongs to `multiplier`.
    pub shift: i32,
    /// Differences below this do not fit there.
    pub least_difference: i32,
    /// Brings numbers in Q5 back to differences of inputs.
    pub back_multiplier: i32,
    /// The exponent that belongs to `back_multiplier`.
    pub back_shift: i32,
}

/// `output[row, class] = 16 · (x[class] - max x - log Σ exp(x - max x)) + 127`, saturated. Works in place.
///
/// `exponentials[d]` is the exponential of an input that is `d` less than the greatest of its row, in
/// Q0; beyond the end of the table it is too small to matter.
#[cfg_attr(not(debug_assertions), inline)]
pub fn log_softmax_s8(p: &LogSoftmax, exponentials: Flash<'_, i32>, input: &[Cell<i8>], output: &[Cell<i8>]) {
    for (input, output) in rows(input, p.classes).zip(rows(output, p.classes)) {
        let greatest = input.iter().map(Cell::get).max().unwrap_or(0);
        let addends = input.iter().filter_map(|x| {
            let below = greatest.wrapping_sub(x.get()).cast_unsigned();
            exponentials.get(below.into()).map(|exponential| rounding_shift(exponential, 12))
        });
        let log = log_of_q12(addends.fold(0, i32::wrapping_add));
        // The least difference whose result fits into Q5.
        let fitting = requantize(log.wrapping_add(i32::MIN), p.back_multiplier, p.back_shift);
        let least = fitting.max(p.least_difference.wrapping_sub(1));
        for (x, y) in input.iter().zip(output) {
            let difference = i32::from(x.get()).wrapping_sub(greatest.into());
            let value = match difference > least {
                true => {
                    let scaled = requantize(difference, p.multiplier, p.shift);
                    rounding_shift(scaled.wrapping_sub(log), 22).wrapping_add(i8::MAX.into())
                }
                false => i8::MIN.into(),
            };
            y.set(value.clamp(i8::MIN.into(), i8::MAX.into()) as i8);
        }
    }
}
