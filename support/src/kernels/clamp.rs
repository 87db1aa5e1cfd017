//! Limits elements to a range.

use core::cell::Cell;

/// The range.
#[derive(Clone, Copy, Debug)]
pub struct Clamp {
    /// Least output.
    pub least: i32,
    /// Greatest output, not below `least`.
    pub greatest: i32,
}

/// `output[i] = min(max(input[i], least), greatest)`.
#[cfg_attr(not(debug_assertions), inline)]
pub fn clamp_s8(p: &Clamp, input: &[Cell<i8>], output: &[Cell<i8>]) {
    let (least, greatest) = (p.least as i8, p.greatest as i8);
    input.iter().zip(output).for_each(|(x, y)| y.set(x.get().max(least).min(greatest)));
}

/// `output[i] = min(max(input[i], least), greatest)`.
#[cfg_attr(not(debug_assertions), inline)]
pub fn clamp_s16(p: &Clamp, input: &[Cell<i16>], output: &[Cell<i16>]) {
    let (least, greatest) = (p.least as i16, p.greatest as i16);
    input.iter().zip(output).for_each(|(x, y)| y.set(x.get().max(least).min(greatest)));
}
