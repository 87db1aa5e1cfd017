//! The only place with `unsafe`: memory that the type system cannot describe, and the hot loops.
//!
//! Nothing here is for programs to name, and it is free to change. It is in the documentation for who wants to know how
//! the loops work: which registers they use, what bounds them, and what was tried and did not help.
//!
//! Everything above this module is safe code that cannot panic. What is here is small on purpose:
//! [`arena`] hands out disjoint typed windows of one block of bytes, [`flash`] reads constants from
//! program memory, and [`portable`] is the specification of the loops that a backend may replace: by
//! functions of the same names that give the same bits. The build script selects the backend:
//!
//! | | processors | no loop takes less for a product and its addition |
//! |---|---|---|
//! | [`dsp`] | Cortex-M with the DSP extension: M4, M7, M33 | 0.5: `smlad`, two products |
//! | [`mve`] | Cortex-M with vectors: M55, M85 | 0.0625: `vmladava`, sixteen products |
//! | [`scalar`] | those that multiply one number at a time | Cortex-M3 0.5: `smlal`, two products; Cortex-M0 and RISC-V 2: a multiplication and an addition |
//! | [`avr`] | AVR with a multiplier | 8 cycles: `lpm`, `mul`, `add` and two `adc` |
//!
//! The others use the portable ones. How near whole layers of models come to what bounds their loops is measured by
//! `cargo run -p on-target -- --layers`; for well-known models `tests/on-target/ROOFLINE.md` has it.

pub mod arena;
#[cfg(all(tiny_model_shared, target_arch = "arm", not(tiny_model_backend = "mve")))]
mod arm;
#[cfg(any(tiny_model_backend = "avr", doc))]
pub mod avr;
#[cfg(any(tiny_model_backend = "dsp", doc))]
pub mod dsp;
pub mod flash;
#[cfg(tiny_model_backend = "host")]
mod host;
#[cfg(any(tiny_model_backend = "mve", doc))]
pub mod mve;
pub mod portable;
#[cfg(any(tiny_model_backend = "portable", test, doc))]
pub mod scalar;
#[cfg(tiny_model_shared)]
mod shared;
#[cfg(any(tiny_model_multiplier = "short", test))]
mod short;

// What a backend names comes before what the glob brings.
#[cfg(all(tiny_model_shared, target_arch = "arm", not(tiny_model_backend = "mve")))]
pub use arm::turn_signs;
#[cfg(tiny_model_backend = "avr")]
pub use avr::{
    RowLoop, StreamOutput, UnitWindows, checked_product, dot_constant_s8, dot_s8, narrow_s8,
    offset_and_clamp_s8, plane_of_3x3, plane_of_3x3_of_bytes, product, product_s8, product_u16, reciprocal,
    requantize, rows_of_3x3, rows_of_3x3_by_two, turn_signs, windows,
};
#[cfg(tiny_model_backend = "dsp")]
pub use dsp::{
    GreatestBytes, Loop3x3, block_bytes, block_bytes_once, block_bytes_small, block_bytes_small_once,
    block_rows_2, block_rows_2_once, depthwise_pixel, depthwise_pixel_once, dot_s8, high, high_add, pad_row,
    widen_2, winograd_input, winograd_units,
};
#[cfg(tiny_model_backend = "host")]
pub use host::{dot_s8, dot_s16, dot_s16_wide, multiply_add_taps, outputs_of_sums};
#[cfg(tiny_model_backend = "mve")]
pub use mve::{VECTORS, channel_windows, copy_rows, dot_s8, fill, sums_s8, turn_signs, unit_rows};
pub use portable::*;
#[cfg(all(tiny_model_backend = "portable", not(tiny_model_loops = "plain")))]
pub use scalar::copy_rows;
#[cfg(all(tiny_model_backend = "portable", not(tiny_model_multiplier = "short")))]
pub use scalar::requantize_down;
#[cfg(tiny_model_backend = "portable")]
pub use scalar::sums_of_taps;
#[cfg(all(tiny_model_backend = "portable", tiny_model_loops = "v6m"))]
pub use scalar::{bytes_of_row, outputs_of_sums};
#[cfg(all(tiny_model_backend = "portable", tiny_model_loops = "v7m"))]
pub use scalar::{
    fours_of_row, fours_of_two_rows, fours_once_of_row, fours_once_of_two_rows, pairs_of_row,
    pairs_once_of_row,
};
#[cfg(all(tiny_model_backend = "portable", not(tiny_model_loops = "v7m")))]
pub use scalar::{sums_of_row, sums_of_two_rows};
#[cfg(tiny_model_shared)]
pub use shared::unknown;
#[cfg(tiny_model_multiplier = "short")]
pub use short::{requantize, requantize_down};
