//! The only place with `unsafe`: memory that the type system cannot describe, and the hot loops.
//!
//! Everything above this module is safe code that cannot panic. What is here is small on purpose:
//! [`arena`] hands out disjoint typed windows of one block of bytes, [`flash`] reads constants from
//! program memory, and [`portable`] is the specification of the loops that a backend may replace: by
//! functions of the same names that give the same bits. The build script selects the backend. So far
//! only AVR has loops of its own.

pub mod arena;
#[cfg(tiny_model_backend = "avr")]
mod avr;
pub mod flash;
pub mod portable;

// What a backend names comes before what the glob brings.
#[cfg(tiny_model_backend = "avr")]
pub use avr::{dot_constant_s8, dot_s8, offset_and_clamp_s8, product, product_s8, requantize};
pub use portable::*;
