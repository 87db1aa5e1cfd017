//! Inner loops for Cortex-M with the DSP extension, in assembly.
//!
//! The extension multiplies two halves of a word at once (`smlad`: two multiplications and additions) and widens
//! two bytes at once (`sxtb16`). Stable Rust has no intrinsics for either, and LLVM finds `smlad` in loops over
//! 16-bit numbers only. What is here are whole loops, in functions that are never inlined: a program has one copy.
//!
//! # Blocks of four units
//!
//! [`block_rows_2`] sums up four units for two rows of inputs: eight sums (`r4` to `r11`), the inputs of one step
//! (`r2`, `r3`), the weights of one step (`r12`, `lr`), and where both come from (`r0`, `r1`): all fourteen
//! registers. A step is twelve instructions for sixteen products, 0.75 for each:
//!
//! | | |
//! |---|---|
//! | `ldrd` | two inputs of two rows, which are interleaved for that |
//! | `ldrd` | two weights of four units |
//! | 2 `sxtb16` | one for two units, by the trick of [`super::portable::BLOCK`] |
//! | 8 `smlad` | |
//!
//! Eight steps are unrolled, and entered at the one that leaves none over: a loop costs three instructions more. As
//! no register is left for its end, that is in memory.
//!
//! - Widening weights one by one, two `sxtb16` for two units of four channels, takes 1.0 for each product.
//! - Inputs that are widened where they are used take 1.06; widening them once costs about 1.1 for each input, so it
//!   pays from four units on.
//! - Four rows and two units would be 0.69, with one register more than there is.
//!
//! [`block_row`] does the same for one row, two steps at a time: 14 instructions for 16 products, 0.875 for each.
//!
//! # Rounding
//!
//! The doubled product's upper half, rounded, is `smmulr` of the doubled sum. A shift to the right that rounds is
//! a multiplication again, by a power of two: `smmlar`, which adds the zero point too. It rounds halves up, and
//! the reference away from zero; adding the sign, -1 or 0, before makes it so, and is left out where what
//! is negative is cut off. With `ssat` and `strb` that is five or six instructions for an output.

mod blocks;
mod depthwise;
mod dot;
mod shared;
mod taps;
mod widen;

pub use blocks::{block_bytes, block_rows_2};
pub use depthwise::Loop3x3;
pub use dot::dot_s8;
pub use shared::unknown;
pub use taps::depthwise_pixel;
pub use widen::{pad_row, widen_2};
