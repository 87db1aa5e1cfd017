//! Rows divided by their lengths.

use super::fixed_point::one_over_root;
use super::rows::rows;
use crate::inner::requantize;
use core::cell::Cell;

/// Shape and zero point of the input.
#[derive(Clone, Copy, Debug)]
pub struct L2Normalization {
    /// Elements of a row.
    pub depth: usize,
    /// Zero point of the input.
    pub zero_point: i32,
}

/// `output[row, i] = 128 · x[row, i] / √(Σ x[row]²)`, saturated. Works in place.
#[cfg_attr(not(debug_assertions), inline)]
pub fn l2_normalization_s8(p: &L2Normalization, input: &[Cell<i8>], output: &[Cell<i8>]) {
    let difference = |x: &Cell<i8>| i32::from(x.get()).wrapping_sub(p.zero_point);
    for (input, output) in rows(input, p.depth).zip(rows(output, p.depth)) {
        let squares = input.iter().map(|x| difference(x).wrapping_mul(difference(x)));
        let (multiplier, right) = one_over_root(squares.fold(0, i32::wrapping_add));
        for (x, y) in input.iter().zip(output) {
            let value = requantize(difference(x), multiplier, 7i32.wrapping_sub(right));
            y.set(value.clamp(i8::MIN.into(), i8::MAX.into()) as i8);
        }
    }
}
