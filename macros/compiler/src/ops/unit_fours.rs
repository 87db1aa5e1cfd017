//! Weights in fours of units side by side, for backends whose loops read them so: the layout that
//! `inner::portable::fours` defines.

// Arithmetic of values, not of sizes: sums are below 2^30.
#![allow(clippy::arithmetic_side_effects)]

use super::unit_blocks::{Simplified, greatest_sum};
use crate::inner::{FOUR, MAX_EXPONENT, UNIT_CONSTANTS};
use crate::kernels::fours::{Conv2dFours, RowFours, WindowFours};
use crate::kernels::shapes::{Requantization, Window};
use crate::program::{Constant, Variant};
use crate::quantize::Multiplier;

/// The backend whose loops read them.
const BACKEND: &str = "portable";

/// Bytes of stack that a kernel may take for inputs.
const MAX_MEMORY: usize = 4096;

/// The kernel for rows of `depth` inputs.
pub(crate) fn fully_connected(layer: &Simplified, depth: usize, output: Requantization) -> Option<Variant> {
    let params = RowFours { depth, units: layer.bias.len(), output };
    variant(
        "fully_connected_fours_s8",
        format!("{params:?}"),
        constants(layer, depth, output)?,
        &side_by_side(layer, depth)?,
    )
}

/// The kernel for a window of `filter` inputs, whose columns are neighbours.
pub(crate) fn conv_2d(
    layer: &Simplified,
    filter: usize,
    window: Window,
    padding: i8,
    output: Requantization,
) -> Option<Variant> {
    if filter.saturating_mul(2) > MAX_MEMORY {
        return None;
    }
    let params = Conv2dFours::<0> { layer: WindowFours { window, padding, output } };
    let params = super::unit_blocks::with_arguments(&params, format_args!("{filter}"));
    variant("conv_2d_fours_s8", params, constants(layer, filter, output)?, &side_by_side(layer, filter)?)
}

/// The kernel for a window of `filter` taps on one channel.
pub(crate) fn depthwise_conv_2d(
    layer: &Simplified,
    filter: usize,
    window: Window,
    padding: i8,
    output: Requantization,
) -> Option<Variant> {
    if window.units != window.channels || window.channels < FOUR {
        return None;
    }
    let params = format!("{:?}", WindowFours { window, padding, output });
    let weights = super::convolution::transposed(&layer.weights, filter);
    variant("depthwise_conv_2d_fours_s8", params, constants(layer, filter, output)?, &weights)
}

fn variant(kernel: &'static str, params: String, constants: Constant, weights: &[i8]) -> Option<Variant> {
    let weights = Constant::int8("WEIGHTS", weights.iter().copied());
    Some(Variant { backend: BACKEND, module: "fours", kernel, params, constants: vec![weights, constants] })
}

/// Bias, multiplier and the rest of each unit and of those that fill up the last four, if the loops give the right outputs
/// with them.
fn constants(layer: &Simplified, filter: usize, output: Requantization) -> Option<Constant> {
    let Simplified { weights, bias, multipliers } = layer;
    let whole = bias.len().checked_next_multiple_of(FOUR)?;
    let mut words = Vec::with_capacity(whole.checked_mul(UNIT_CONSTANTS)?);
    for ((weights, &bias), multiplier) in weights.chunks_exact(filter.max(1)).zip(bias).zip(multipliers) {
        greatest_sum(weights, bias)?;
        let (multiplier, exponent) = match *multiplier {
            Multiplier { multiplier: 0, .. } => (0, 1),
            Multiplier { multiplier, shift } if (-MAX_EXPONENT..0).contains(&shift) => {
                (multiplier, shift.saturating_neg())
            }
            _ => return None,
        };
        let offset = (1 << (exponent - 1)) + (output.zero_point << exponent);
        words.extend([2 * bias, multiplier, exponent, offset]);
    }
    while words.len() < whole.checked_mul(UNIT_CONSTANTS)? {
        words.extend([0, 0, 1, 1]);
    }
    Some(Constant::int32("UNITS", words))
}

/// The weights of four units after the other, of each element those of all four.
fn side_by_side(layer: &Simplified, filter: usize) -> Option<Vec<i8>> {
    let units: Vec<&[i8]> = layer.weights.chunks_exact(filter.max(1)).collect();
    let whole = units.len().checked_next_multiple_of(FOUR)?;
    let mut weights = Vec::with_capacity(whole.checked_mul(filter)?);
    for four in units.chunks(FOUR) {
        for element in 0..filter {
            let weight = |unit: usize| four.get(unit).and_then(|unit| unit.get(element)).copied();
            weights.extend((0..FOUR).map(|unit| weight(unit).unwrap_or(0)));
        }
    }
    Some(weights)
}
