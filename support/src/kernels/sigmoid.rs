//! The logistic function and the hyperbolic tangent of `int16`, both from one table of the first.

use crate::inner::flash::Flash;
use core::cell::Cell;

/// From steps of the input to those of the table's argument.
#[derive(Clone, Copy, Debug)]
pub struct Sigmoid {
    /// From 1 to 32767.
    pub multiplier: i32,
    /// How far the product is shifted right, from 0 to 31.
    pub shift: u32,
}

/// `output[i] = 32768 / (1 + exp(-x[i]))`.
///
/// `table` holds the logistic function of 0 to 255, divided by 24, in steps of `2^-16`.
#[cfg_attr(not(debug_assertions), inline)]
pub fn logistic_s16(p: &Sigmoid, table: Flash<'_, u16>, input: &[Cell<i16>], output: &[Cell<i16>]) {
    input.iter().zip(output).for_each(|(x, y)| y.set(logistic(p, table, x.get())));
}

/// `output[i] = 32768 · tanh(x[i])`, as `2 · logistic(2 · x) - 1` from the table of [`logistic_s16`].
#[cfg_attr(not(debug_assertions), inline)]
pub fn tanh_s16(p: &Sigmoid, table: Flash<'_, u16>, input: &[Cell<i16>], output: &[Cell<i16>]) {
    input.iter().zip(output).for_each(|(x, y)| y.set(tanh(p, table, x.get())));
}

/// One element of [`logistic_s16`].
#[inline(always)]
pub(super) fn logistic(p: &Sigmoid, table: Flash<'_, u16>, x: i16) -> i16 {
    let x = argument(p, x);
    let positive = interpolate(table, x, 9).unwrap_or(0x7fff << 10);
    let value = match x >= 0 {
        true => positive.wrapping_add(1 << 9),
        false => (1u32 << 25).wrapping_sub(positive).wrapping_add((1 << 9) - 1),
    };
    (value >> 10) as i16
}

/// One element of [`tanh_s16`].
#[inline(always)]
pub(super) fn tanh(p: &Sigmoid, table: Flash<'_, u16>, x: i16) -> i16 {
    let x = argument(p, x);
    let logistic = interpolate(table, x, 8).unwrap_or(0xffff << 8);
    let positive = logistic.wrapping_sub(1 << 23).cast_signed();
    let value = match x >= 0 {
        true => positive.wrapping_add(1 << 7),
        false => positive.wrapping_neg().wrapping_add((1 << 7) - 1),
    };
    (value >> 8) as i16
}

/// The argument, half of it rounded up.
#[inline(always)]
fn argument(p: &Sigmoid, x: i16) -> i32 {
    let half = 1i32.wrapping_shl(p.shift) >> 1;
    i32::from(x).wrapping_mul(p.multiplier).wrapping_add(half).wrapping_shr(p.shift)
}

/// The function of `|x|`, whose low `bits` lie between two points, in steps of `2^-(16 + bits)`. `None`
/// from the last point on.
#[inline(always)]
fn interpolate(table: Flash<'_, u16>, x: i32, bits: u32) -> Option<u32> {
    let x = x.unsigned_abs();
    let index = usize::try_from(x >> bits).ok()?;
    let here = u32::from(table.get(index)?);
    let next = u32::from(table.get(index.checked_add(1)?)?);
    let part = x & (1u32 << bits).wrapping_sub(1);
    Some((here << bits).wrapping_add(part.wrapping_mul(next.wrapping_sub(here))))
}
