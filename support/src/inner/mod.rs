//! The only place with `unsafe`: memory that the type system cannot describe, and the hot loops.
//!
//! Everything above this module is safe code that cannot panic. What is here is small on purpose:
//! [`arena`] hands out disjoint typed windows of one block of bytes, [`flash`] reads constants from
//! program memory, and [`portable`] is the specification of the loops that a backend may replace.

pub mod arena;
pub mod flash;
pub mod portable;

pub use portable::*;
