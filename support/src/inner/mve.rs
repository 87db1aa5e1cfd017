//! Inner loops for Cortex-M with the vector extension (MVE, Helium), in assembly.

mod channels;
mod copy;
mod dot;
mod rows;
mod sums;

pub use super::shared::unknown;
pub use channels::channel_windows;
pub use copy::{copy_rows, fill};
pub use dot::dot_s8;
pub use rows::{unit_rows, units_first};
pub use sums::sums_s8;

/// As [`crate::inner::portable::VECTORS`].
pub const VECTORS: bool = true;
