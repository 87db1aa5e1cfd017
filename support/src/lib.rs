//! TensorFlow Lite models on microcontrollers, compiled by a macro.
//!
//! ```ignore
//! use tiny_model::tiny_model;
//!
//! tiny_model!("kws.tflite"); // defines `pub struct Kws`
//!
//! let mut kws = Kws::new();
//! let scores: &[i8; 12] = kws.infer(&features);
//! ```
#![no_std]
#![cfg_attr(target_arch = "avr", feature(asm_experimental_arch))]

#[doc(hidden)]
pub mod inner;
#[doc(hidden)]
pub mod kernels;
mod model;
mod tensor;

pub use model::{Layer, Model};
pub use tensor::{Integer, Tensor};

/// The inner loops that this build has: `"portable"`, `"dsp"`, `"mve"` or `"avr"`, the same results from
/// all of them.
///
/// Chosen by the target and, for ARMv8-M, by `-C target-cpu`; the cargo features `backend-portable`,
/// `backend-dsp` and `backend-mve` choose otherwise. So far `dsp` and `mve` have no loops of their own
/// and run the portable ones, which the Rust compiler turns into vector instructions where it can.
pub const BACKEND: &str = env!("TINY_MODEL_BACKEND");

/// Compiles a TensorFlow Lite model into a struct with an `infer` method.
#[macro_export]
macro_rules! tiny_model {
    ($($tokens:tt)*) => {
        $crate::__private::expand! { ($crate) $($tokens)* }
    };
}

/// What expanded code refers to. Not for people, and free to change.
#[doc(hidden)]
pub mod __private {
    pub use crate::inner::{arena, flash};
    pub use crate::kernels;
    pub use core::cell::Cell;
    pub use tiny_model_macros::expand;

    /// A constant in program memory.
    ///
    /// On AVR, all other constants are copied to RAM at start-up; that of a section for flash is not.
    /// Choosing a section counts as unsafe code, so there, and nowhere else, `#![forbid(unsafe_code)]`
    /// does not suit a crate with a model in it.
    #[macro_export]
    #[doc(hidden)]
    macro_rules! __flash_bytes {
        ($name:ident: $len:literal = $bytes:literal) => {
            #[cfg_attr(target_arch = "avr", unsafe(link_section = ".progmem.data"))]
            static $name: $crate::__private::flash::FlashBytes<$len> =
                $crate::__private::flash::FlashBytes::new($bytes);
        };
    }
    pub use crate::__flash_bytes as flash_bytes;
}
