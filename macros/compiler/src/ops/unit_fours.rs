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
pub(crate) const BACKEND: &str = "portable";

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
    Some(Variant {
        backend: BACKEND,
        module: "fours",
        kernel,
        params,
        parameters: None,
        constants: vec![weights, constants],
    })
}

/// Bias, multiplier and the rest of each unit and of those that fill up the last four, if the loops give the right outputs
/// with them.
fn constants(layer: &Simplified, filter: usize, output: Requantization) -> Option<Constant> {
    let Simplified { weights, bias, multipliers } = layer;
    let whole = bias.len().checked_next_multiple_of(FOUR)?;
    let mut words = Vec::with_capacity(whole.checked_mul(UNIT_CONSTANTS)?);
    for ((weights, &bias), multiplier) in weights.chunks_exact(filter.max(1)).zip(bias).zip(multipliers) {
        greatest_sum(weights, bias)?;
        let UnitScale { multiplier, exponent, offset } = unit_scale(multiplier, output.zero_point)?;
        words.extend([2 * bias, multiplier, exponent, offset]);
    }
    while words.len() < whole.checked_mul(UNIT_CONSTANTS)? {
        let UnitScale { multiplier, exponent, offset } = UnitScale::ZERO;
        words.extend([0, multiplier, exponent, offset]);
    }
    Some(Constant::int32("UNITS", words))
}

/// How the sum of a unit becomes its output: what follows its bias in its constants.
#[derive(Clone, Copy)]
pub(crate) struct UnitScale {
    pub(crate) multiplier: i32,
    pub(crate) exponent: i32,
    /// What is added before the shift: a half, and the zero point.
    pub(crate) offset: i32,
}

impl UnitScale {
    /// That of a unit that is not there.
    pub(crate) const ZERO: Self = Self { multiplier: 0, exponent: 1, offset: 1 };
}

/// The scale of a unit, if the loops can have it.
pub(crate) fn unit_scale(multiplier: &Multiplier, zero_point: i32) -> Option<UnitScale> {
    let (multiplier, exponent) = match *multiplier {
        Multiplier { multiplier: 0, .. } => (0, 1),
        Multiplier { multiplier, shift } if (-MAX_EXPONENT..0).contains(&shift) => {
            (multiplier, shift.saturating_neg())
        }
        _ => return None,
    };
    Some(UnitScale { multiplier, exponent, offset: (1 << (exponent - 1)) + (zero_point << exponent) })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inner::flash::Flash;
    use crate::inner::{fours_of_row, fours_of_two_rows, offset_and_clamp_s8, requantize};

    #[test]
    fn fours_are_the_same_layer() {
        let mut state = 0x2545_f491u32;
        let mut number = |below: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            ((state >> 8) % below).cast_signed()
        };
        for (filter, units, zero_point) in [(1, 4, 3), (5, 7, -128), (8, 8, -1), (27, 1, 127), (40, 13, 0)] {
            let mut bytes = |len: usize| (0..len).map(|_| (number(256) - 128) as i8).collect::<Vec<i8>>();
            let (weights, rows) = (bytes(units * filter), [bytes(filter), bytes(filter)]);
            let bias: Vec<i32> = (0..units).map(|_| number(20_000) - 10_000).collect();
            let multipliers: Vec<Multiplier> = (0..units)
                .map(|_| Multiplier { multiplier: (1 << 30) + number(1 << 30), shift: -1 - number(9) })
                .collect();
            let output = Requantization { zero_point, least: -128, greatest: 127 };
            let expected = rows.each_ref().map(|row| {
                let unit = |unit: usize| {
                    let products =
                        weights[unit * filter..].iter().zip(row).map(|(&w, &x)| i32::from(w) * i32::from(x));
                    let Multiplier { multiplier, shift } = multipliers[unit];
                    let value = requantize(bias[unit] + products.sum::<i32>(), multiplier, shift);
                    offset_and_clamp_s8(value, zero_point, -128, 127)
                };
                (0..units).map(unit).collect::<Vec<_>>()
            });
            let layer = Simplified { weights, bias, multipliers };
            let words = constants(&layer, filter, output).unwrap();
            let words: Vec<i32> =
                words.bytes.as_chunks::<4>().0.iter().map(|&word| i32::from_le_bytes(word)).collect();
            let (words, weights) = (Flash::from_slice(&words), side_by_side(&layer, filter).unwrap());
            let weights = Flash::from_slice(&weights);
            let mut outputs = [0, 1, 2].map(|_| vec![[0i8; FOUR]; units.div_ceil(FOUR)]);
            let [first, second, third] = &mut outputs;
            fours_of_two_rows(weights, words, [&rows[0], &rows[1]], [first, second]);
            fours_of_row(weights, words, &rows[1], third);
            for (output, expected) in outputs.iter().zip([&expected[0], &expected[1], &expected[1]]) {
                assert_eq!(output.as_flattened()[..units], **expected, "{units} units of {filter}");
            }
        }
    }

    #[test]
    fn what_loops_cannot_do_has_no_fours() {
        let output = Requantization { zero_point: -128, least: -128, greatest: 127 };
        let of = |bias: i32, shift: i32| {
            let multipliers = vec![Multiplier { multiplier: 1 << 30, shift }];
            let layer = Simplified { weights: vec![1, 2], bias: vec![bias], multipliers };
            constants(&layer, 2, output).is_some()
        };
        assert!(of(0, -1) && of(0, -MAX_EXPONENT) && of((1 << 30) - 1000, -1));
        assert!(!of(0, 0) && !of(0, 3) && !of(0, -MAX_EXPONENT - 1) && !of(1 << 30, -1));
    }
}
