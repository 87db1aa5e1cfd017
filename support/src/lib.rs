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

#[doc(hidden)]
pub mod inner;
#[doc(hidden)]
pub mod kernels;
mod model;
mod tensor;

pub use model::{Layer, Model};
pub use tensor::{Integer, Tensor};

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
    #[macro_export]
    #[doc(hidden)]
    macro_rules! __flash_bytes {
        ($name:ident: $len:literal = $bytes:literal) => {
            static $name: $crate::__private::flash::FlashBytes<$len> =
                $crate::__private::flash::FlashBytes::new($bytes);
        };
    }
    pub use crate::__flash_bytes as flash_bytes;
}
