//! The specification of the inner loops, in plain Rust.

mod blocks;
mod depthwise;
mod fours;
mod lanes;
mod once;
pub(super) mod pairs;
mod plane;
mod reciprocal;
mod rows;
mod sums;
mod taps;
mod unit_taps;
mod units;
mod vector_units;
mod vectors;
mod windows;
mod winograd;
mod words;

pub use blocks::{
    BLOCK, BLOCK_CONSTANTS, BLOCK_CONSTANTS_ONCE, BlockOutput, RunsOfElements, block_bytes, block_bytes_once,
    block_bytes_small, block_bytes_small_once, block_rows_2, block_rows_2_once, pad_row, widen_2,
};

#[allow(unused_imports)] // by assembly
pub use depthwise::{CHANNEL_CONSTANTS, CHANNEL_CONSTANTS_ONCE};
pub use depthwise::{Loop3x3, Row3x3, Rows3};
#[allow(unused_imports)] // by what makes them
pub use fours::{DROPPED_OF_SUM, LOWER_OF_SCALE, SHORT, SIGNED, short_outputs_of_sums};
pub use fours::{
    FOUR, FOUR_CONSTANTS, FOUR_ONCE_CONSTANTS, MAX_EXPONENT, ONCE_CONSTANTS, UNIT_CONSTANTS, fours_of_row,
    fours_of_two_rows, fours_once_of_row, fours_once_of_two_rows, outputs_of_sums, outputs_of_sums_once,
    requantize_down, sums_of_row, sums_of_taps, sums_of_two_rows,
};
#[allow(unused_imports)] // by the compiler
pub use lanes::multiply_add_taps;
pub use lanes::{Greatest, GreatestBytes, LaneTaps, multiply_add};
pub use once::once;
pub use pairs::{HALF, LESS_SIGN, bytes_of_row, pairs_of_row, pairs_once_of_row};
#[allow(unused_imports)] // by assembly
pub use plane::known_product;
#[allow(unused_imports)] // by what makes streams
pub use plane::{FIRST_TURNED, plane_of_3x3, plane_of_3x3_of_bytes};
pub use reciprocal::reciprocal;
pub use rows::{RowLoop, RowMemory, RowOrder, RowTaps, rows_of_3x3, rows_of_3x3_by_two};
pub use sums::{Factor, SumScales, sums_s8};
pub use taps::{
    TAPS_CONSTANTS, TAPS_CONSTANTS_ONCE, Tap, TapsOfPixel, depthwise_pixel, depthwise_pixel_once,
};
pub use unit_taps::{MAX_ROWS, MAX_TERMS, UnitTaps, UnitWindows};
pub use units::{MAX_UNITS, SIDE_BY_SIDE, StreamOutput};
#[allow(unused_imports)] // by assembly
pub use units::{STREAM_BIAS, STREAM_SCALE};
pub use vector_units::{
    ANY_CHANNELS, ANY_ROWS, FEW_CHANNELS, LONG_ROWS, MANY_CHANNELS, Rounding, SHORT_ROWS, Twice,
    UnitChannels, UnitConstants, UnitRows, UpperHalf,
};
pub use vectors::{ChannelWindow, CopiedRows, VECTORS, channel_windows, copy_rows, fill, unit_rows};
pub use windows::{Side, WindowTaps, windows};
pub use winograd::{
    PATCH, POSITIONS, TILE_PIXELS, WINOGRAD_CONSTANTS, WinogradStep, winograd_input, winograd_units,
};
pub use words::turn_signs;
#[allow(unused_imports)] // by assembly
pub(in crate::inner) use words::{SIGNS, words};

use super::flash::Flash;

/// The upper half of a product, rounded, halves up.
#[inline(always)]
pub fn high(a: i32, b: i32) -> i32 {
    high_add(a, b, 0)
}

/// The same, and `to`.
#[inline(always)]
pub fn high_add(a: i32, b: i32, to: i32) -> i32 {
    let product = i64::from(a).wrapping_mul(i64::from(b)).wrapping_add(1 << 31);
    to.wrapping_add((product >> 32) as i32)
}

/// What `x` is, without the optimizer knowing it: a function that gets it is not made anew for each layer.
#[inline(always)]
pub fn unknown<T>(x: &T) -> &T {
    x
}

/// `acc + Σ weights · input`, as far as both reach, modulo 2^32.
#[inline(always)]
pub fn dot_s8(acc: i32, weights: Flash<'_, i8>, input: &[i8]) -> i32 {
    weights.iter().zip(input).fold(acc, |acc, (w, &x)| acc.wrapping_add(i32::from(w) * i32::from(x)))
}

/// `acc + Σ weights · x`, modulo 2^32: the part of a window that lies on a border of `x`.
#[inline(always)]
pub fn dot_constant_s8(acc: i32, weights: Flash<'_, i8>, x: i32) -> i32 {
    weights.iter().fold(acc, |acc, w| acc.wrapping_add(i32::from(w).wrapping_mul(x)))
}

/// `acc + Σ weights · input`, as far as both reach, modulo 2^32, with two weights of four bits in each byte,
/// the lower bits first.
#[inline(always)]
pub fn dot_s4(acc: i32, weights: Flash<'_, i8>, input: &[i8]) -> i32 {
    let (pairs, rest) = input.as_chunks::<2>();
    let product = |w: i8, x: i8| i32::from(w) * i32::from(x);
    let sum = weights.iter().zip(pairs).fold(acc, |acc, (w, &[a, b])| {
        acc.wrapping_add(product(w << 4 >> 4, a)).wrapping_add(product(w >> 4, b))
    });
    match (weights.get(pairs.len()), rest) {
        (Some(w), &[x]) => sum.wrapping_add(product(w << 4 >> 4, x)),
        _ => sum,
    }
}

/// `acc + Σ weights · x`, modulo 2^32, with two weights of four bits in each byte.
#[inline(always)]
pub fn dot_constant_s4(acc: i32, weights: Flash<'_, i8>, x: i32) -> i32 {
    weights.iter().fold(acc, |acc, w| {
        let both = i32::from(w << 4 >> 4).wrapping_add((w >> 4).into());
        acc.wrapping_add(both.wrapping_mul(x))
    })
}

/// `acc + Σ weights · input`, as far as both reach, modulo 2^32.
#[inline(always)]
pub fn dot_s16(acc: i32, weights: Flash<'_, i8>, input: &[i16]) -> i32 {
    let products = weights.iter().zip(input).map(|(w, &x)| i32::from(w).wrapping_mul(x.into()));
    products.fold(acc, i32::wrapping_add)
}

/// `acc + Σ weights · input`, as far as both reach, in 64 bits.
#[inline(always)]
pub fn dot_s16_wide(mut acc: i64, weights: Flash<'_, i8>, input: &[i16]) -> i64 {
    /// So many products fit into 32 bits.
    const RUN: usize = 128;
    let (mut start, mut rest) = (0usize, input);
    while start < weights.len() && !rest.is_empty() {
        let run = RUN.min(weights.len().wrapping_sub(start));
        acc = acc.wrapping_add(dot_s16(0, weights.range(start, run), rest).into());
        start = start.wrapping_add(run);
        rest = rest.get(run..).unwrap_or(&[]);
    }
    acc
}

/// `x · multiplier · 2^(shift - 15)`, half up, as TensorFlow Lite Micro's
/// `MultiplyByQuantizedMultiplier` of 64-bit sums, which takes the upper half of a multiplier only.
///
/// `shift` is from -31 to 7. What leaves 32 bits wraps.
#[inline(always)]
pub fn requantize_wide(x: i64, multiplier: i16, shift: i32) -> i32 {
    let right = 15i32.wrapping_sub(shift).cast_unsigned();
    let half = 1i64.wrapping_shl(right.wrapping_sub(1));
    x.wrapping_mul(multiplier.into()).wrapping_add(half).wrapping_shr(right) as i32
}

/// `x · multiplier · 2^(shift - 31)` rounded twice, as TensorFlow Lite Micro's
/// `MultiplyByQuantizedMultiplier`: to the upper half of the doubled product, half up, then by the
/// remaining shift, half away from zero.
///
/// `multiplier` must not be negative; `shift` is from -31 to 30. What leaves 32 bits wraps.
#[inline(always)]
pub fn requantize(x: i32, multiplier: i32, shift: i32) -> i32 {
    let shifted = x.wrapping_shl(shift.max(0).cast_unsigned());
    let product = i64::from(shifted) * i64::from(multiplier);
    let high = (product.wrapping_add(1 << 30) >> 31) as i32;
    rounding_shift(high, (-shift).max(0))
}

/// `a · b`, modulo the size of the address space: how kernels multiply sizes and positions.
#[inline(always)]
pub fn product(a: usize, b: usize) -> usize {
    a.wrapping_mul(b)
}

/// A product, if it has no more than 16 bits.
#[inline(always)]
pub fn checked_product(a: usize, b: usize) -> Option<usize> {
    a.checked_mul(b).filter(|&product| product <= usize::from(u16::MAX))
}

/// `a · b`.
#[inline(always)]
pub fn product_s8(a: i8, b: i8) -> i32 {
    i32::from(a) * i32::from(b)
}

/// `a · b`.
#[inline(always)]
pub fn product_u16(a: u16, b: u16) -> u32 {
    u32::from(a) * u32::from(b)
}

/// `zero_point + value`, limited to `least..=greatest`, which are limits of eight bits.
#[inline(always)]
pub fn offset_and_clamp_s8(value: i32, zero_point: i32, least: i32, greatest: i32) -> i8 {
    value.wrapping_add(zero_point).max(least).min(greatest) as i8
}

/// Bits of the multipliers of [`narrow_s8`], which the upper byte of an edge lies above.
#[allow(dead_code)] // by assembly
pub const NARROW_BITS: u32 = 24;

/// How far the lower byte of an edge is shifted left.
#[allow(dead_code)] // by assembly
pub const EDGE_BITS: u32 = 8;

/// Bits of a multiplier below a point.
#[allow(dead_code)] // by assembly
pub const FINE_BITS: u32 = 4;

/// `zero_point ± ((|x| · multiplier + half + edge · 2^8) >> bits)` with the sign of `x`, limited to
/// `least..=greatest`; half is half of what is dropped.
///
/// The multiplier is the lower 24 bits of `scale`; what is above it and `edge` are the upper and the lower byte of the
/// edge. The lower four bits of `edge` are those of the multiplier below a point, too. The magnitude of `x` has 24 bits, and
/// `bits` is from 25 to 39.
#[inline(always)]
pub fn narrow_s8(x: i32, scale: i32, edge: i8, bits: u32, [zero_point, least, greatest]: [i32; 3]) -> i8 {
    let sign = x >> 31;
    let magnitude = (x ^ sign).wrapping_sub(sign).cast_unsigned();
    let (multiplier, upper) = (scale.cast_unsigned() & 0xff_ffff, scale.cast_unsigned() >> NARROW_BITS << 16);
    let fine = edge.cast_unsigned() & ((1 << FINE_BITS) - 1);
    // Shifted so that what is dropped is a register, as far as it may be; the rest is shifted back.
    let (left, right) = (32u32.saturating_sub(bits), bits.saturating_sub(32));
    let edge = (upper | u32::from(edge.cast_unsigned()) << EDGE_BITS).wrapping_shl(left);
    let half = 1u64.wrapping_shl(right.wrapping_add(31));
    let magnitude = u64::from(magnitude.wrapping_shl(left));
    let product = magnitude.wrapping_mul(multiplier.into());
    let product = product.wrapping_add(magnitude.wrapping_mul(fine.into()) >> FINE_BITS);
    let sum = product.wrapping_add(edge.into()).wrapping_add(half);
    let value = ((sum >> 32) as u32).wrapping_shr(right).cast_signed();
    (value ^ sign).wrapping_sub(sign).wrapping_add(zero_point).max(least).min(greatest) as i8
}

/// `x / 2^exponent`, half away from zero; `exponent` is from 0 to 31.
#[inline(always)]
pub fn rounding_shift(x: i32, exponent: i32) -> i32 {
    let exponent = exponent.cast_unsigned() & 31;
    let mask = (1u32 << exponent).wrapping_sub(1).cast_signed();
    let remainder = x & mask;
    let threshold = (mask >> 1).wrapping_add(i32::from(x < 0));
    (x >> exponent).wrapping_add(i32::from(remainder > threshold))
}
