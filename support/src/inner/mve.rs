//! Inner loops for Cortex-M with the vector extension (MVE, Helium), in assembly.
//!
//! The extension multiplies sixteen pairs of bytes and adds them up in one instruction (`vmladava.s8`), and ends loops
//! without counting (`letp`, which also leaves out the elements beyond the last). Stable Rust has no intrinsics for it, and
//! LLVM finds it in plain loops over two slices alone, not behind windows and their borders. As for
//! [DSP](super), loops are functions that are never inlined; none needs its constants in another order than the portable
//! loops have them, but for a depthwise layer of one channel.
//!
//! # Units that see all of a row
//!
//! [`unit_rows`] sums up four units at a time: sums in `r4`, `r6`, `r8` and `r10`, since those of `vmladava` are even, inputs
//! at `r0`, weights at `r1`, `r2`, `r3` and `r5`. For 16 inputs that is five loads, four `vmladava` and the `letp`: 10
//! instructions for 64 products, or 0.16. The four outputs of a row take 25 more, 12 of them from sums to bytes; 19 and 6
//! where they are rounded once.
//!
//! Rows of up to 16 elements keep the weights of four units in `q4` to `q7`: 22 instructions for four outputs, all in all,
//! or 16, where shifts leave a register to the biases.
//!
//! All rows of the input go through a block before the next one begins, so that multipliers and shifts are loaded once
//! for all of them. Where units are no multiple of four, the last block begins before its own first unit and gives some
//! outputs twice; less than four units take a row as a plain sum, 4 instructions for 16 products. Which loop suits a layer
//! is known where it is called: [`UnitRows`](super::UnitRows) has it in its type, so that a program links the loops that it takes.
//!
//! # Windows
//!
//! What a window sees is copied, several windows one after the other, 3 instructions for 16 bytes (`copy_rows`), and is a row
//! then. Padding is what was filled in before, so that borders have no code of their own. A depthwise layer of one
//! channel is a convolution like any other, for which the compiler turns its weights round: they come unit after unit to
//! this backend, and tap after tap to others. On the stack is room for 256 bytes of windows of up to 64 elements, for 1 KB
//! of windows of up to as many, and for 4 KB where one is larger. Seven windows of 576 elements at once instead of one
//! would need 3 KB more, and share the constants of a block, half a percent of what these windows take.
//!
//! # Units that see one channel
//!
//! [`channel_windows`] sums up sixteen channels tap by tap: two loads, `vmullb` and `vmullt`, and four each of `vmovl` and
//! `vadd` to 32 bits, with steps and the loop's end 15 instructions for 16 products. Sums stay in `q0` to `q3`, every fourth
//! channel in each, which is the order in which `vld4` brings biases and multipliers, and in which narrowing twice puts
//! bytes back side by side. Padding between taps is a loop of its own, over a register of it. From sums to sixteen bytes it
//! takes 48 instructions, and 19 where outputs are rounded once.
//!
//! - To add two products before they are widened is right unless both weights are -128; it saves four additions of eight,
//!   but needs a ninth register.
//! - A gathering load of all taps of a channel, with one `vmladava` for nine products, would take two instructions for
//!   an output. It was not tried: such loads go element by element, so that fewer instructions are no less time.
//! - Four channels in 32 bits from the start take 16 instructions for 16 products without steps.
//!
//! # Rounding
//!
//! `vqrdmulh.s32` is the doubled product's upper half, rounded. `vrshl` rounds halves up, and the reference away from zero:
//! adding the sign before, where there is a shift, makes it so. Whoever shifts to the left takes the portable loop.
//!
//! Outputs that are rounded [`once`](super::once()) are `vmulh.s32` and the narrowing that saturates them: no shift, no sign
//! and no zero point.
//!
//! # Sums of two operands
//!
//! [`sums_s8`]: 27 instructions for four elements, with all factors in registers.
//!
//! # For whom
//!
//! They name the processor Cortex-M55, whose instructions all processors with the extension have. As for any code with
//! vectors, coprocessors 10 and 11 have to be on.

mod channels;
mod copy;
mod dot;
mod rows;
mod signs;
mod sums;

pub use channels::channel_windows;
pub use copy::{copy_rows, fill};
pub use dot::dot_s8;
pub use rows::unit_rows;
pub use signs::turn_signs;
pub use sums::sums_s8;

/// As [`crate::inner::portable::VECTORS`].
pub const VECTORS: bool = true;
