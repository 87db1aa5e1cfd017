//! Loops over fours of units give what the layer gives.

use super::super::unit_blocks::{Simplified, ordered};
use super::super::{once, unit_products};
use super::*;
use crate::inner::flash::Flash;
use crate::inner::{
    MAX_EXPONENT, fours_of_row, fours_of_two_rows, fours_once_of_row, fours_once_of_two_rows,
    offset_and_clamp_s8, requantize,
};
use crate::kernels::fours::{
    depthwise_conv_2d_fours_once_s8, depthwise_conv_2d_fours_s8, depthwise_conv_2d_multiplier_fours_once_s8,
    depthwise_conv_2d_multiplier_fours_s8,
};
use crate::kernels::planes::Planes;
use crate::kernels::random::Random;
use crate::kernels::shapes::{Axis, Once};
use crate::quantize::Multiplier;

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

/// The units of a layer that is rounded once, whose outputs are of all kinds.
fn units_once(random: &mut Random, filter: usize, units: usize) -> once::Units {
    once::Units {
        weights: (0..units * filter).map(|_| random.bits() as i8).collect(),
        bias: (0..units).map(|_| random.below(200_000) as i32 - 100_000).collect(),
        multipliers: (0..units).map(|_| (random.bits() >> (6 + random.below(6))).cast_signed()).collect(),
    }
}

/// `(sum · multiplier) >> 32`, limited.
fn expected_once(sum: i32, multiplier: i32, least: i32, greatest: i32) -> i8 {
    let upper = (i128::from(sum) * i128::from(multiplier)).div_euclid(1 << 32);
    upper.clamp(i128::from(least), i128::from(greatest)) as i8
}

#[test]
fn fours_that_are_rounded_once_are_the_same_layer() {
    let mut random = Random::new(0x5eed);
    let range = Requantization { zero_point: -128, least: -128, greatest: 127 };
    for (filter, units) in [(1, 4), (5, 7), (8, 8), (27, 1), (40, 13)] {
        let layer = units_once(&mut random, filter, units);
        let rows = [0, 1].map(|_| (0..filter).map(|_| random.bits() as i8).collect::<Vec<i8>>());
        let expected = rows.each_ref().map(|row| {
            let unit = |unit: usize| {
                let weights = layer.weights[unit * filter..].iter();
                let products = weights.zip(row).map(|(&w, &x)| i32::from(w) * i32::from(x));
                let sum = layer.bias[unit] + products.sum::<i32>();
                expected_once(sum, layer.multipliers[unit], -128, 127)
            };
            (0..units).map(unit).collect::<Vec<_>>()
        });
        let words = constants(&layer, filter, range).unwrap().to_words();
        let weights = side_by_side(&layer, filter).unwrap();
        let (words, weights) = (Flash::from_slice(&words), Flash::from_slice(&weights));
        let mut outputs = [0, 1, 2].map(|_| vec![[0i8; FOUR]; units.div_ceil(FOUR)]);
        let [first, second, third] = &mut outputs;
        fours_once_of_two_rows(weights, words, [&rows[0], &rows[1]], [first, second]);
        fours_once_of_row(weights, words, &rows[1], third);
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
    each_output(window, |taps, unit| {
        let product =
            |(tap, at): (usize, usize)| i32::from(layer.weights[unit * 4 + tap]) * i32::from(image[at]);
        let sum = layer.bias[unit] + taps.map(product).into_iter().sum::<i32>();
        let Multiplier { multiplier, shift } = layer.multipliers[unit];
        output.to_s8(sum, multiplier, shift as i8)
    })
}

/// What is made of the taps, with what each of them sees, and of the unit, for all outputs of such a convolution.
fn each_output(window: Window, of: impl Fn([(usize, usize); 4], usize) -> i8) -> Vec<i8> {
    let Window { x, channels, units, .. } = window;
    let seen = |[row, column]: [usize; 2], unit: usize, tap: usize| {
        ((row + tap / 2) * x.input + column + tap % 2) * channels + unit / (units / channels)
    };
    let output = |pixel, unit| of([0, 1, 2, 3].map(|tap| (tap, seen(pixel, unit, tap))), unit);
    let pixels = [[0, 0], [0, 1], [1, 0], [1, 1]];
    pixels
        .into_iter()
        .flat_map(|pixel| (0..units).map(move |unit| (pixel, unit)))
        .map(|(p, u)| output(p, u))
        .collect()
}

#[test]
fn channels_that_are_rounded_once_are_the_same_layer() {
    const CHANNELS: usize = 6;
    const TAPS: usize = 4;
    let mut random = Random::new(0xfeed);
    let axis = Axis { input: 3, pad: 0, taps: 2, dilation: 1, stride: 1, output: 2 };
    let image: Vec<i8> = (0..9 * CHANNELS).map(|_| random.bits() as i8).collect();
    let range = Requantization { zero_point: -100, least: -100, greatest: 90 };
    for units in [CHANNELS, 3 * CHANNELS] {
        let window = Window { y: axis, x: axis, channels: CHANNELS, units };
        let layer = units_once(&mut random, TAPS, units);
        let variant = depthwise_conv_2d(&layer, TAPS, window, 5, range).unwrap();
        let weights: Vec<i8> = variant.constants[0].bytes.iter().map(|&byte| byte as i8).collect();
        let words = variant.constants[1].to_words();
        let (weights, words) = (Flash::from_slice(&weights), Flash::from_slice(&words));
        let expected = each_output(window, |sums, unit| {
            let products =
                sums.map(|(tap, at)| i32::from(layer.weights[unit * TAPS + tap]) * i32::from(image[at]));
            let sum = layer.bias[unit] + products.into_iter().sum::<i32>();
            expected_once(sum, layer.multipliers[unit], range.least, range.greatest)
        });
        let mut found = vec![0; expected.len()];
        let planes = Planes::apart(&image, &mut found);
        let output = Once { least: range.least, greatest: range.greatest };
        let layer = WindowFours { window, padding: 5, output };
        match units / CHANNELS {
            1 => depthwise_conv_2d_fours_once_s8(&layer, weights, words, planes),
            multiplier => {
                let p = DepthwiseFours::<CHANNELS, _> { layer, multiplier };
                depthwise_conv_2d_multiplier_fours_once_s8(&p, weights, words, planes);
            }
        }
        assert_eq!(found, expected, "{units}");
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
