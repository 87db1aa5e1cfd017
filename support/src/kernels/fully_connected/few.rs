//! Layers of few units, which would be written out one by one if the optimizer knew how many there are.

use super::{FullyConnected, fully_connected_once_s8, fully_connected_s8};
use crate::inner::dot_s8;
use crate::inner::flash::Flash;
use crate::kernels::planes::Planes;
use crate::kernels::requantization::{Full, Narrow, Narrowed, Once, RoundedOnce, Scales};
use core::hint::black_box;
use core::ops::Range;

/// [`fully_connected_s8`] for one row of few units, each with a scale of its own.
#[cfg_attr(not(debug_assertions), inline)]
pub fn fully_connected_few_s8(
    p: &FullyConnected,
    weights: Flash<'_, i8>,
    bias: Flash<'_, i32>,
    multipliers: Flash<'_, i32>,
    shifts: Flash<'_, i8>,
    planes: Planes<'_, i8>,
) {
    // Where the last step of a unit is a call, it is small enough to be written out for each of them.
    if cfg!(tiny_model_loops = "rv32m") {
        let scale = |unit| multipliers.get(unit).zip(shifts.get(unit));
        return few::<Full<'_>>(p, 0..black_box(p.units), (weights, bias), scale, planes);
    }
    fully_connected_s8(p, weights, bias, multipliers, shifts, planes);
}

/// The same where the outputs are rounded [`Once`].
#[cfg_attr(not(debug_assertions), inline)]
pub fn fully_connected_few_once_s8(
    p: &FullyConnected<Once>,
    weights: Flash<'_, i8>,
    bias: Flash<'_, i32>,
    multipliers: Flash<'_, i32>,
    planes: Planes<'_, i8>,
) {
    if cfg!(tiny_model_loops = "rv32m") {
        // So short is an output that as many of them as there may be would be written out before the loop.
        let units = black_box(0..p.units);
        return few::<RoundedOnce<'_>>(p, units, (weights, bias), |unit| multipliers.get(unit), planes);
    }
    fully_connected_once_s8(p, weights, bias, multipliers, planes);
}

/// The same where the outputs are [`Narrow`], by a loop that is never written out.
#[cfg_attr(not(debug_assertions), inline)]
pub fn fully_connected_few_narrow_s8(
    p: &FullyConnected<Narrow>,
    weights: Flash<'_, i8>,
    bias: Flash<'_, i32>,
    scales: Flash<'_, i32>,
    edges: Flash<'_, i8>,
    planes: Planes<'_, i8>,
) {
    let scale = |unit| scales.get(unit).zip(edges.get(unit));
    few::<Narrowed<'_>>(p, 0..black_box(p.units), (weights, bias), scale, planes);
}

/// Units that are not written out one by one: the optimizer does not know how many there are.
#[inline(always)]
fn few<S: Scales>(
    p: &FullyConnected<S::Output>,
    units: Range<usize>,
    (weights, bias): (Flash<'_, i8>, Flash<'_, i32>),
    scale: impl Fn(usize) -> Option<S::Scale>,
    mut planes: Planes<'_, i8>,
) {
    let Some((input, output)) = planes.split(0, 0, p.units) else { return };
    let Some(input) = input.get(..p.depth) else { return };
    let mut start = 0usize;
    for unit in units {
        // What is not there ends no loop: its end would tell the optimizer how many there are.
        let sum = dot_s8(bias.get(unit).unwrap_or(0), weights.range(start, p.depth), input);
        if let (Some(y), Some(scale)) = (output.get_mut(unit), scale(unit)) {
            *y = S::to_s8(sum, scale, p.output);
        }
        start = start.wrapping_add(p.depth);
    }
}
