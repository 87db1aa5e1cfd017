//! Weights in fours of units side by side, for backends whose loops read them so: the layout that
//! `inner::portable::fours` defines.

// Arithmetic of values, not of sizes: sums are below 2^30.
#![allow(clippy::arithmetic_side_effects)]

use super::unit_blocks::{Simplified, greatest_sum, of_each_channel, weights_of_channels};
use crate::inner::{FOUR, MAX_EXPONENT, UNIT_CONSTANTS};
use crate::kernels::fours::{Conv2dFours, DepthwiseFours, RowFours, WindowFours};
use crate::kernels::shapes::{Requantization, Window};
use crate::program::{Constant, Parameters, Params, Variant};
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
        (format!("{params:?}"), params.keep()),
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
    let layer_of = WindowFours { window, padding, output };
    let params = Conv2dFours::<0> { layer: layer_of };
    let params = super::unit_blocks::with_arguments(&params, format_args!("{filter}"));
    let params = (params, layer_of.keep());
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
    let Window { channels, units, .. } = window;
    if !(FOUR..=MAX_MEMORY).contains(&channels) {
        return None;
    }
    let layer_of = WindowFours { window, padding, output };
    let order = of_each_channel(units, channels);
    let weights = weights_of_channels(&layer.weights, filter, &order, channels);
    let layer = &layer.in_order(&in_fours(&order, channels));
    let constants = constants(layer, filter, output)?;
    if units == channels {
        let params = (format!("{layer_of:?}"), layer_of.keep());
        return variant("depthwise_conv_2d_fours_s8", params, constants, &weights);
    }
    let multiplier = units.checked_div(channels)?;
    let params = DepthwiseFours::<0> { layer: layer_of, multiplier };
    let text = super::unit_blocks::with_arguments(&params, format_args!("{channels}"));
    let variant =
        variant("depthwise_conv_2d_multiplier_fours_s8", (text, params.keep()), constants, &weights)?;
    // The compiler's machine has no memory for it, and does with what all processors have.
    Some(Variant { parameters: None, ..variant })
}

/// The units of a depthwise convolution as loops over four channels at a time take them: the last four of as many units as
/// there are channels may begin with some that were in the four before.
pub(crate) fn in_fours(units: &[usize], channels: usize) -> Vec<usize> {
    let of_each = |units: &[usize]| {
        let (whole, rest) = units.as_chunks::<FOUR>();
        let last = units.last_chunk::<FOUR>().filter(|_| !rest.is_empty());
        [whole.as_flattened(), last.map_or(&[], <[usize; FOUR]>::as_slice)].concat()
    };
    units.chunks(channels.max(1)).flat_map(of_each).collect()
}

/// The variant of a kernel with its parameters, as text and for the compiler's machine.
fn variant(
    kernel: &'static str,
    (params, parameters): (String, Parameters),
    constants: Constant,
    weights: &[i8],
) -> Option<Variant> {
    let weights = Constant::int8("WEIGHTS", weights.iter().copied());
    Some(Variant {
        backend: BACKEND,
        module: "fours",
        kernel,
        params,
        parameters: Some(parameters),
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
    use super::super::unit_blocks::ordered;
    use super::super::unit_products;
    use super::*;
    use crate::inner::flash::Flash;
    use crate::inner::{fours_of_row, fours_of_two_rows, offset_and_clamp_s8, requantize};
    use crate::kernels::fours::{depthwise_conv_2d_fours_s8, depthwise_conv_2d_multiplier_fours_s8};
    use crate::kernels::planes::Planes;
    use crate::kernels::shapes::Axis;

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

    /// Of six channels the last four overlap the first: with one unit in them that has no short products, constants of both
    /// forms meet there.
    #[test]
    fn fours_that_overlap_have_constants_of_their_own() {
        const CHANNELS: usize = 6;
        const TAPS: usize = 4;
        let axis = Axis { input: 3, pad: 0, taps: 2, dilation: 1, stride: 1, output: 2 };
        let output = Requantization { zero_point: 3, least: -128, greatest: 127 };
        let bytes = |len: usize, seed: usize| (0..len).map(|at| (at * seed % 251) as i8).collect::<Vec<i8>>();
        let image = bytes(9 * CHANNELS, 37);
        for (units, odd) in
            [(CHANNELS, 1), (CHANNELS, 5), (2 * CHANNELS, 0), (2 * CHANNELS, 7), (3 * CHANNELS, 17)]
        {
            let window = Window { y: axis, x: axis, channels: CHANNELS, units };
            let multipliers: Vec<Multiplier> = (0..units)
                .map(|unit| Multiplier { multiplier: (1 << 30) + (unit << 20) as i32, shift: -7 })
                .collect();
            let bias: Vec<i32> =
                (0..units).map(|unit| unit as i32 * 9 - if unit == odd { 1 << 23 } else { 0 }).collect();
            let layer = Simplified { weights: bytes(units * TAPS, 91), bias, multipliers };
            let reach = |weights: &[i8]| weights.iter().map(|&w| i64::from(w).abs() << 7).sum::<i64>();
            let sums = layer
                .weights
                .chunks(TAPS)
                .zip(&layer.bias)
                .map(|(w, &bias)| [i64::from(bias) - reach(w), i64::from(bias) + reach(w)]);
            let order = in_fours(&of_each_channel(units, CHANNELS), CHANNELS);
            let sums = ordered(&sums.collect::<Vec<_>>(), &order);
            let mut variants: Vec<Variant> =
                depthwise_conv_2d(&layer, TAPS, window, 5, output).into_iter().collect();
            let note = unit_products::shorten(&mut variants, || layer.in_order(&order), &sums, output);
            assert!(
                note.is_some_and(|note| note.contains(" of ")),
                "{units} {odd}: some are short, some are not"
            );
            let expected: Vec<i8> = expected(&layer, window, &image, output);
            for variant in &variants {
                let weights: Vec<i8> = variant.constants[0].bytes.iter().map(|&byte| byte as i8).collect();
                let (weights, words) = (Flash::from_slice(&weights), variant.constants[1].to_words());
                let (words, mut found) = (Flash::from_slice(&words), vec![0; expected.len()]);
                let planes = Planes::apart(&image, &mut found);
                let layer = WindowFours { window, padding: 5, output };
                match units / CHANNELS {
                    1 => depthwise_conv_2d_fours_s8(&layer, weights, words, planes),
                    multiplier => {
                        let p = DepthwiseFours::<CHANNELS> { layer, multiplier };
                        depthwise_conv_2d_multiplier_fours_s8(&p, weights, words, planes);
                    }
                }
                assert_eq!(found, expected, "{} {units} {odd}", variant.backend);
            }
        }
    }

    /// The definition of a depthwise convolution, two rows and columns at a time.
    fn expected(layer: &Simplified, window: Window, image: &[i8], output: Requantization) -> Vec<i8> {
        let Window { x, channels, units, .. } = window;
        let unit = |[row, column]: [usize; 2], unit: usize| {
            let tap = |tap: usize| {
                let at =
                    ((row + tap / 2) * x.input + column + tap % 2) * channels + unit / (units / channels);
                i32::from(layer.weights[unit * 4 + tap]) * i32::from(image[at])
            };
            let sum = layer.bias[unit] + (0..4).map(tap).sum::<i32>();
            let Multiplier { multiplier, shift } = layer.multipliers[unit];
            output.to_s8(sum, multiplier, shift as i8)
        };
        let pixels = [[0, 0], [0, 1], [1, 0], [1, 1]];
        pixels.into_iter().flat_map(|pixel| (0..units).map(move |at| unit(pixel, at))).collect()
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
