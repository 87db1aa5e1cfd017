//! Loops for cores that multiply one number at a time.

mod fours;
mod requantize;
mod taps;

pub use fours::{sums_of_row, sums_of_two_rows};
pub use requantize::requantize_down;
pub use taps::sums_of_taps;
