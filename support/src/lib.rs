//! TensorFlow Lite models on microcontrollers, compiled by a macro.
//!
//! [`tiny_model!`] reads a model while a crate is being compiled and defines a struct that holds all its
//! memory. [`infer`](Model::infer) takes and gives arrays of the model's own element type:
//!
//! ```
//! use tiny_model::tiny_model;
//!
//! tiny_model!("../examples/digits/digits.tflite"); // defines `pub struct Digits`
//!
//! let mut digits = Digits::new();
//! let picture = [-128i8; 64]; // 8 × 8 pixels of paper
//! let scores: &[i8; 10] = digits.infer(&picture);
//! assert_eq!(scores.len(), Digits::OUTPUT.shape()[1]);
//! assert_eq!(size_of::<Digits>(), Digits::RAM);
//! ```
//!
//! Results are those of TensorFlow Lite Micro's reference kernels, bit for bit, on every target. There
//! is no heap, no floating-point operation and no `unsafe` in what is generated, and inference cannot
//! panic. A model that cannot be compiled exactly is a compile error that says where, what, why, and what
//! to do.
#![no_std]
#![cfg_attr(target_arch = "avr", feature(asm_experimental_arch))]

#[forbid(unsafe_code)]
mod budget;
#[cfg(feature = "fixed")]
#[path = "inner/fixed_point.rs"]
mod fixed_elements;
#[cfg_attr(not(doc), doc(hidden))] // a page for who wants to know how the loops work
pub mod inner;
#[doc(hidden)]
#[forbid(unsafe_code)]
pub mod kernels;
#[forbid(unsafe_code)]
mod model;
#[forbid(unsafe_code)]
mod tensor;

pub use model::{Accuracy, Layer, Model, Stateful};
pub use tensor::{Integer, Tensor};

/// The inner loops that this build has: `"portable"`, `"dsp"`, `"mve"` or `"avr"`, the same results from
/// all of them.
///
/// Chosen by the target and, for ARMv8-M, by `-C target-cpu`; the cargo features `backend-portable`,
/// `backend-dsp` and `backend-mve` choose otherwise. `portable` has assembly for Cortex-M0, M3 and RISC-V, and plain Rust
/// elsewhere.
///
/// AVR needs a nightly compiler. There, and nowhere else, a crate with a model in it cannot
/// `#![forbid(unsafe_code)]`, which is also about the section that keeps constants out of RAM.
pub const BACKEND: &str = env!("TINY_MODEL_BACKEND");

/// Compiles a TensorFlow Lite model into a struct with an `infer` method.
///
/// The path is looked for beside the calling source file, then in the crate's folder
/// (`CARGO_MANIFEST_DIR`). Cargo rebuilds the crate when the file changes.
///
/// The short form names the struct after the file, `hey-jarvis_v2.tflite` → `HeyJarvisV2`; the long
/// form is an item with attributes, documentation and a visibility of its own:
///
/// ```
/// # use tiny_model::tiny_model;
/// tiny_model! {
///     /// Reads a digit.
///     #[derive(Clone)]
///     pub(crate) struct Reader = "../examples/digits/digits.tflite";
/// }
///
/// // Write the input where the model reads it, then run: nothing is copied.
/// let mut reader = Reader::new();
/// reader.input_mut().fill(Reader::INPUT.quantize(0.0));
/// let blank = *reader.run();
/// assert_eq!(&blank, reader.infer(&[-128; 64]));
/// ```
///
/// Behind the path, limits make a compile error of a model that outgrows its device; it says by how much, and which
/// layers take most:
///
/// ```
/// # use tiny_model::tiny_model;
/// const RAM_OF_BOARD: usize = 2048;
///
/// tiny_model! {
///     struct Small = "../examples/digits/digits.tflite";
///     ram <= RAM_OF_BOARD - 512;
///     flash <= 8 * 1024;
///     macs <= 50_000;
/// }
/// ```
///
/// ```compile_fail
/// # use tiny_model::tiny_model;
/// tiny_model! {
///     struct TooLarge = "../examples/digits/digits.tflite";
///     ram <= 512;
/// }
/// ```
///
/// What comes first where speed and program memory are at odds, a setting says; outputs are the same with all of them:
///
/// ```
/// # use tiny_model::tiny_model;
/// tiny_model! {
///     struct Quick = "../examples/digits/digits.tflite";
///     optimize = "speed";
/// }
/// ```
///
/// - `"speed"`: weights may take several times their bytes where that saves work. Windows of 3 × 3 with stride 1 and
///   enough channels are convolved by the algorithm of Winograd on processors with the DSP extension; other
///   processors have the same loops as without. The layer table says of which layers that is true.
/// - `"balanced"`: what there is without the setting.
/// - `"size"`: fewer loops and smaller ones, on processors with the DSP extension and on AVR.
///
/// The struct has
///
/// - `const fn new()`: all memory of the model is in the value, so that it may live in a static;
/// - `infer(&mut self, input: &[T; N]) -> &[U; M]`: one flat array per input and output, outermost
///   dimension first. Several inputs are several parameters, several outputs a tuple of references;
/// - `input_mut(&mut self) -> &mut [T; N]` (a tuple for several) and `run(&mut self)`: the same without
///   a copy. A run overwrites what was written;
/// - the constants `INPUT` and `OUTPUT` of type [`Tensor`] (tuples for several), `RAM`, `STATE`, `FLASH`,
///   `MACS` and `LAYERS`;
/// - an implementation of [`Model`] with all of these;
/// - if the model keeps state from one inference to the next, `reset(&mut self)`, after which it is as it
///   was at first, and an implementation of [`Stateful`].
///
/// # Float models
///
/// A model in floats is quantized while it is compiled. It needs samples of what it will see, and its inputs
/// and outputs are types of the crate `fixed`:
///
/// ```
/// # use tiny_model::tiny_model;
/// use fixed::types::U0F8;
///
/// tiny_model! {
///     pub struct FromFloat = "../examples/digits/digits_float.tflite";
///     calibrate = "../examples/digits/calibration.npz";
///     input: U0F8;
///     agreement >= 0.95;
/// }
///
/// let mut digits = FromFloat::new();
/// let blank: [U0F8; 64] = [U0F8::ZERO; 64];
/// let scores = digits.infer(&blank);
/// assert!(scores.iter().any(|&score| score > U0F8::from_num(0.1)));
/// assert!(FromFloat::ACCURACY.sqnr > 20.0);
/// ```
///
/// - `calibrate = "samples.npy";`: samples from `.npy`, `.npz`, `.csv`, or a folder of `.wav`, `.png` or `.bmp`;
///   `calibrate = uniform(-1.0..=1.0);` goes on with made-up ones.
/// - `verify = "test.npz";`: what the result is measured on; `labels` in it are the right classes.
/// - `bits = 16;`: activations of 16 bits instead of 8. `bits = auto;`: of 16 bits for single layers, where that buys
///   most within limits as `ram <= 16 * 1024;` or `flash <= 64 * 1024;`, which it needs.
/// - `input: I1F7;` and `output: U0F8;`: types instead of those that fit best.
/// - `accuracy >= 0.95;`, `agreement >= 0.98;`, `sqnr >= 25.0;`: compile errors at the limit.
///
/// Many samples take long where macros are built without optimization, which is the rule in debug builds:
/// `opt-level = 2` under `[profile.dev.build-override]` in `Cargo.toml` makes it quick.
///
/// # Errors
///
/// Everything that is wrong with a model is one compile error on the path: the operator's index, name
/// and output, what was found, why it cannot be, and what to do. The struct is defined all the same, so
/// that code that uses it gives no further errors.
#[cfg(feature = "macros")]
#[macro_export]
macro_rules! tiny_model {
    ($($tokens:tt)*) => {
        $crate::__private::expand! { ($crate) $($tokens)* }
    };
}

/// What expanded code refers to. Not for people, and free to change.
#[doc(hidden)]
pub mod __private {
    pub use crate::budget::Message;
    pub use crate::inner::{arena, flash};
    pub use crate::kernels;
    pub use core::cell::Cell;
    #[cfg(feature = "fixed")]
    pub use fixed;
    #[cfg(feature = "macros")]
    pub use tiny_model_macros::expand;

    /// A number of 64 bits in those that `usize` has, or the greatest of these.
    pub const fn count(number: u64) -> usize {
        if number > usize::MAX as u64 { usize::MAX } else { number as usize }
    }

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

    /// One of several pieces of code, by the backend that the build script found.
    #[macro_export]
    #[doc(hidden)]
    #[cfg(tiny_model_backend = "dsp")]
    macro_rules! __by_backend {
        (else { $($otherwise:tt)* }) => { $($otherwise)* };
        (dsp { $($then:tt)* } $($rest:tt)*) => { $($then)* };
        ($other:ident { $($then:tt)* } $($rest:tt)*) => { $crate::__by_backend! { $($rest)* } };
    }

    #[macro_export]
    #[doc(hidden)]
    #[cfg(all(tiny_model_backend = "portable", tiny_model_loops = "v7m"))]
    macro_rules! __by_backend {
        (else { $($otherwise:tt)* }) => { $($otherwise)* };
        (v7m { $($then:tt)* } $($rest:tt)*) => { $($then)* };
        (portable { $($then:tt)* } $($rest:tt)*) => { $($then)* };
        ($other:ident { $($then:tt)* } $($rest:tt)*) => { $crate::__by_backend! { $($rest)* } };
    }

    #[macro_export]
    #[doc(hidden)]
    #[cfg(all(tiny_model_backend = "portable", tiny_model_loops = "v6m"))]
    macro_rules! __by_backend {
        (else { $($otherwise:tt)* }) => { $($otherwise)* };
        (v6m { $($then:tt)* } $($rest:tt)*) => { $($then)* };
        (portable { $($then:tt)* } $($rest:tt)*) => { $($then)* };
        ($other:ident { $($then:tt)* } $($rest:tt)*) => { $crate::__by_backend! { $($rest)* } };
    }

    #[macro_export]
    #[doc(hidden)]
    #[cfg(all(
        tiny_model_backend = "portable",
        not(any(tiny_model_loops = "v6m", tiny_model_loops = "v7m"))
    ))]
    macro_rules! __by_backend {
        (else { $($otherwise:tt)* }) => { $($otherwise)* };
        (portable { $($then:tt)* } $($rest:tt)*) => { $($then)* };
        ($other:ident { $($then:tt)* } $($rest:tt)*) => { $crate::__by_backend! { $($rest)* } };
    }

    #[macro_export]
    #[doc(hidden)]
    #[cfg(tiny_model_backend = "avr")]
    macro_rules! __by_backend {
        (else { $($otherwise:tt)* }) => { $($otherwise)* };
        (avr { $($then:tt)* } $($rest:tt)*) => { $($then)* };
        ($other:ident { $($then:tt)* } $($rest:tt)*) => { $crate::__by_backend! { $($rest)* } };
    }

    #[macro_export]
    #[doc(hidden)]
    #[cfg(tiny_model_backend = "mve")]
    macro_rules! __by_backend {
        (else { $($otherwise:tt)* }) => { $($otherwise)* };
        (mve { $($then:tt)* } $($rest:tt)*) => { $($then)* };
        ($other:ident { $($then:tt)* } $($rest:tt)*) => { $crate::__by_backend! { $($rest)* } };
    }

    #[macro_export]
    #[doc(hidden)]
    #[cfg(not(any(
        tiny_model_backend = "mve",
        tiny_model_backend = "dsp",
        tiny_model_backend = "portable",
        tiny_model_backend = "avr"
    )))]
    macro_rules! __by_backend {
        (else { $($otherwise:tt)* }) => { $($otherwise)* };
        ($other:ident { $($then:tt)* } $($rest:tt)*) => { $crate::__by_backend! { $($rest)* } };
    }
    pub use crate::__by_backend as by_backend;

    /// A type of the crate `fixed`.
    #[cfg(feature = "fixed")]
    #[macro_export]
    #[doc(hidden)]
    macro_rules! __fixed_type {
        ($name:ident) => {
            $crate::__private::fixed::types::$name
        };
    }

    #[cfg(not(feature = "fixed"))]
    #[macro_export]
    #[doc(hidden)]
    macro_rules! __fixed_type {
        ($name:ident) => {
            ::core::compile_error!(
                "a float model has inputs and outputs of the crate `fixed`: turn on the feature `fixed` of tiny-model"
            )
        };
    }
    pub use crate::__fixed_type as fixed_type;

    /// The parameters of a kernel, by reference.
    ///
    /// On AVR a constant that is referred to would take RAM for good, so they are put on the stack while the
    /// kernel runs; where it is compiled for them alone, they are part of its instructions either way.
    ///
    /// With where the input and the output lie over each other, rustc proves that the kernel has read what it
    /// overwrites.
    #[macro_export]
    #[doc(hidden)]
    macro_rules! __parameters {
        ($parameters:expr) => {
            $crate::__private::not_in_ram!($parameters)
        };
        ($parameters:expr, $overlap:expr) => {
            $crate::__private::not_in_ram!({
                const _: () = ::core::assert!(
                    $parameters.reach($overlap.output_len).allows(&$overlap),
                    "an output overwrites its input"
                );
                $parameters
            })
        };
    }
    pub use crate::__parameters as parameters;

    #[macro_export]
    #[doc(hidden)]
    #[cfg(not(target_arch = "avr"))]
    macro_rules! __not_in_ram {
        ($parameters:expr) => {
            &const { $parameters }
        };
    }

    #[macro_export]
    #[doc(hidden)]
    #[cfg(target_arch = "avr")]
    macro_rules! __not_in_ram {
        ($parameters:expr) => {
            &$crate::__private::not_promoted($parameters)
        };
    }
    pub use crate::__not_in_ram as not_in_ram;

    /// Gives back what it is given: the result of a function that is not `const` is no constant to rustc.
    #[cfg(target_arch = "avr")]
    #[inline(always)]
    pub fn not_promoted<T>(parameters: T) -> T {
        parameters
    }
}
