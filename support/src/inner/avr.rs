//! Inner loops for AVR with a multiplier, in assembly.
//!
//! Program memory is short, so what is long is not inlined: a program has one copy of it. All clear `r1`
//! at their end: the compiler expects a zero there, and a multiplication leaves its result. Registers
//! that are only read are declared as written too, or the compiler may pass a zero in `r1`.
//!
//! | loops | what they do | cycles for a product, by counting |
//! |---|---|---|
//! | [`units`] | units side by side: fully connected layers, and windows on all channels | 8.875 |
//! | [`plane`] | windows of 3 × 3 on an image of one channel, a unit at a time | 13 with its output |
//! | [`rows`] | windows of 3 × 3 on each channel for itself, a row of a unit at a time | 13 with its output |
//! | [`windows`](mod@windows) | any other window on each channel for itself, four outputs of a unit side by side | 9 |
//! | [`dot`] | one sum | 11.5 |
//! | [`narrow`], [`requantize`](mod@requantize) | what becomes of a sum, where no loop does that too | |

/// One product of bytes, added to three bytes of the sum from the one of its weight.
macro_rules! add_product {
    ($x:literal, $m:literal, $low:literal, $middle:literal, $high:literal) => {
        concat!(
            "mul {",
            $x,
            "}, {",
            $m,
            "}\n",
            "add {",
            $low,
            "}, r0\n",
            "adc {",
            $middle,
            "}, r1\n",
            "adc {",
            $high,
            "}, {zero}\n",
        )
    };
}

pub mod dot;
pub mod narrow;
pub mod plane;
mod product;
mod reciprocal;
pub mod requantize;
pub mod rows;
mod signs;
pub mod units;
pub mod windows;

pub use dot::{dot_constant_s8, dot_s8};
pub use narrow::narrow_s8;
pub use plane::{plane_of_3x3, plane_of_3x3_of_bytes};
pub use product::{checked_product, product, product_s8, product_u16};
pub use reciprocal::reciprocal;
pub use requantize::{offset_and_clamp_s8, requantize};
pub use rows::{RowLoop, rows_of_3x3, rows_of_3x3_by_two};
pub use signs::turn_signs;
pub use units::{StreamOutput, UnitWindows};
pub use windows::windows;

/// The pairs of registers that hold a number.
#[inline(always)]
fn halves(x: i32) -> (u16, u16) {
    (x as u16, (x >> 16) as u16)
}

#[inline(always)]
fn whole(low: u16, high: u16) -> i32 {
    (u32::from(high) << 16 | u32::from(low)).cast_signed()
}
