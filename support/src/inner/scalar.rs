//! Loops for cores that multiply one number at a time.

#[cfg(any(tiny_model_loops = "plain", test))]
mod fours;
#[cfg(any(not(tiny_model_multiplier = "short"), test))]
mod requantize;
#[cfg(tiny_model_loops = "rv32m")]
mod rv32m;
mod taps;
#[cfg(tiny_model_loops = "v6m")]
mod v6m;
#[cfg(tiny_model_loops = "v7m")]
mod v7m;

#[cfg(tiny_model_loops = "plain")]
pub use fours::{sums_of_row, sums_of_two_rows};
#[cfg(not(tiny_model_multiplier = "short"))]
pub use requantize::requantize_down;
#[cfg(tiny_model_loops = "rv32m")]
pub use rv32m::{sums_of_row, sums_of_two_rows};
#[cfg(not(tiny_model_loops = "v7m"))]
pub use taps::sums_of_taps;
#[cfg(tiny_model_loops = "v6m")]
pub use v6m::{sums_of_row, sums_of_two_rows};
#[cfg(tiny_model_loops = "v7m")]
pub use v7m::{fours_of_row, fours_of_two_rows, sums_of_taps};
