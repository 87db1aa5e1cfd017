//! The only place with `unsafe`: memory that the type system cannot describe, and the hot loops.
//!
//! Everything above this module is safe code that cannot panic. What is here is small on purpose:
//! [`arena`] hands out disjoint typed windows of one block of bytes, [`flash`] reads constants from
//! program memory, and [`portable`] is the specification of the loops that a backend may replace: by
//! functions of the same names that give the same bits. The build script selects the backend: AVR and
//! Cortex-M with the DSP extension (`dsp`) or with vectors (`mve`) have loops of their own, and say how they work; the others
//! use the portable ones, some of which exist once more for cores that multiply one number at a time (`scalar`).

pub mod arena;
#[cfg(tiny_model_backend = "avr")]
mod avr;
#[cfg(tiny_model_backend = "dsp")]
mod dsp;
pub mod flash;
#[cfg(tiny_model_backend = "host")]
mod host;
#[cfg(tiny_model_backend = "mve")]
mod mve;
pub mod portable;
#[cfg(any(tiny_model_backend = "portable", test))]
mod scalar;
#[cfg(tiny_model_shared)]
mod shared;
#[cfg(any(tiny_model_multiplier = "short", test))]
mod short;

// What a backend names comes before what the glob brings.
#[cfg(tiny_model_backend = "avr")]
pub use avr::{dot_constant_s8, dot_s8, narrow_s8, offset_and_clamp_s8, product, product_s8, requantize};
#[cfg(tiny_model_backend = "dsp")]
pub use dsp::{
    Loop3x3, block_bytes, block_bytes_small, block_rows_2, depthwise_pixel, dot_s8, high, high_add, pad_row,
    widen_2, winograd_input, winograd_units,
};
#[cfg(tiny_model_backend = "host")]
pub use host::{dot_s8, dot_s16, dot_s16_wide};
#[cfg(tiny_model_backend = "mve")]
pub use mve::{VECTORS, channel_windows, copy_rows, dot_s8, fill, sums_s8, unit_rows};
pub use portable::*;
#[cfg(all(tiny_model_backend = "portable", not(tiny_model_multiplier = "short")))]
pub use scalar::requantize_down;
#[cfg(tiny_model_backend = "portable")]
pub use scalar::sums_of_taps;
#[cfg(all(tiny_model_backend = "portable", tiny_model_loops = "v6m"))]
pub use scalar::{bytes_of_row, outputs_of_sums};
#[cfg(all(tiny_model_backend = "portable", tiny_model_loops = "v7m"))]
pub use scalar::{fours_of_row, fours_of_two_rows, pairs_of_row};
#[cfg(all(tiny_model_backend = "portable", not(tiny_model_loops = "v7m")))]
pub use scalar::{sums_of_row, sums_of_two_rows};
#[cfg(tiny_model_shared)]
pub use shared::unknown;
#[cfg(tiny_model_multiplier = "short")]
pub use short::{requantize, requantize_down};
