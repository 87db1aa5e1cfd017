//! Weights of four units in a word, for cores whose loops read them so: the layouts that `inner::portable::pairs` defines.

// Arithmetic of values, not of sizes: sums are below 2^30.
#![allow(clippy::arithmetic_side_effects)]

use super::narrow::Form;
use super::unit_blocks::greatest_sum;
use super::unit_fours::Layer;
use crate::inner::{FOUR, HALF, LESS_SIGN};
use crate::kernels::fours::RowFours;
use crate::kernels::shapes::Requantization;
use crate::program::{Constant, Params, Variant};

/// What a word holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    /// Weights less their signs.
    Bytes,
    /// Two pairs, each of which is one factor.
    Pairs,
}

/// The kernel for one row of `depth` inputs.
pub(crate) fn fully_connected<L: Layer>(
    layer: &L,
    depth: usize,
    range: Requantization,
    layout: Layout,
) -> Option<Variant> {
    let params = RowFours { depth, units: layer.bias().len(), output: L::output(range) };
    let (parameters, params) = (Some(params.keep()), format!("{params:?}"));
    let constants = vec![words(layer, depth, range, layout)?];
    let (backend, kernel) = match layout {
        Layout::Bytes => ("v6m", "fully_connected_bytes_s8"),
        Layout::Pairs => {
            ("v7m", L::Output::name(["fully_connected_pairs_s8", "fully_connected_pairs_once_s8"]))
        }
    };
    Some(Variant { backend, module: "pairs", kernel, params, parameters, constants })
}

/// Weights and constants of all units and of those that fill up the last four, if the loop gives the right outputs with
/// them.
fn words<L: Layer>(layer: &L, depth: usize, range: Requantization, layout: Layout) -> Option<Constant> {
    let rows: Vec<&[i8]> = layer.weights().chunks_exact(depth.max(1)).collect();
    let constants = layer.constants(depth, range)?;
    let mut words = Vec::new();
    for first in (0..rows.len()).step_by(FOUR) {
        let four = [0, 1, 2, 3].map(|i| first.saturating_add(i));
        let weight = |unit: usize, element: usize| rows.get(unit)?.get(element).copied();
        for element in 0..depth {
            words.push(layout.word(four.map(|unit| weight(unit, element).unwrap_or(0))));
        }
        for (i, unit) in four.into_iter().enumerate() {
            let is_lower = layout == Layout::Pairs && i % 2 == 0;
            // The sum of the other unit begins above this one.
            if is_lower && greatest_sum(rows.get(unit).copied().unwrap_or(&[]), 0)? >= i64::from(HALF) {
                return None;
            }
            let (&bias, rest) = constants.get(unit).map_or(L::NONE, Vec::as_slice).split_first()?;
            let taken = if is_lower { L::SUMS * HALF } else { 0 };
            words.push(bias.wrapping_sub(taken));
            words.extend(rest);
        }
    }
    Some(Constant::int32("WORDS", words))
}

impl Layout {
    /// The weights of four units for one element.
    fn word(self, [a, b, c, d]: [i8; FOUR]) -> i32 {
        let less_sign = |w: i8| (i32::from(w) + LESS_SIGN) as u8;
        i32::from_le_bytes(match self {
            Self::Bytes => [a, b, c, d].map(less_sign),
            Self::Pairs => [less_sign(a), d as u8, less_sign(c), b as u8],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::once;
    use super::super::unit_blocks::Simplified;
    use super::*;
    use crate::inner::flash::Flash;
    use crate::inner::{bytes_of_row, offset_and_clamp_s8, pairs_of_row, pairs_once_of_row, requantize};
    use crate::kernels::random::Random;
    use crate::quantize::Multiplier;

    #[test]
    fn words_are_the_same_layer() {
        let mut state = 0x2545_f491u32;
        let mut number = |below: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            ((state >> 8) % below).cast_signed()
        };
        for (depth, units, zero_point) in [(1, 4, 3), (2, 7, -128), (3, 8, -1), (27, 1, 127), (640, 13, 0)] {
            let mut bytes = |len: usize| (0..len).map(|_| (number(256) - 128) as i8).collect::<Vec<i8>>();
            let (weights, row) = (bytes(units * depth), bytes(depth));
            let bias: Vec<i32> = (0..units).map(|_| number(20_000) - 10_000).collect();
            let multipliers: Vec<Multiplier> = (0..units)
                .map(|_| Multiplier { multiplier: (1 << 30) + number(1 << 30), shift: -1 - number(9) })
                .collect();
            let output = Requantization { zero_point, least: -128, greatest: 127 };
            let unit = |unit: usize| {
                let products =
                    weights[unit * depth..].iter().zip(&row).map(|(&w, &x)| i32::from(w) * i32::from(x));
                let Multiplier { multiplier, shift } = multipliers[unit];
                let value = requantize(bias[unit] + products.sum::<i32>(), multiplier, shift);
                offset_and_clamp_s8(value, zero_point, -128, 127)
            };
            let expected = (0..units).map(unit).collect::<Vec<_>>();
            let layer = Simplified { weights, bias, multipliers };
            for layout in [Layout::Bytes, Layout::Pairs] {
                let words = words(&layer, depth, output, layout).unwrap();
                assert_eq!(
                    outputs(&words, layout, &row, units),
                    expected,
                    "{layout:?}: {units} units of {depth}"
                );
            }
        }
    }

    #[test]
    fn words_that_are_rounded_once_are_the_same_layer() {
        let mut random = Random::new(0x5eed);
        let range = Requantization { zero_point: -128, least: -128, greatest: 127 };
        for (depth, units) in [(1, 4), (2, 7), (3, 8), (27, 1), (640, 13)] {
            let mut bytes = |len: usize| (0..len).map(|_| random.bits() as i8).collect::<Vec<i8>>();
            let (weights, row) = (bytes(units * depth), bytes(depth));
            let bias: Vec<i32> = (0..units).map(|_| random.below(200_000) as i32 - 100_000).collect();
            let multipliers =
                (0..units).map(|_| (random.bits() >> (7 + random.below(6))).cast_signed()).collect();
            let layer = once::Units { weights, bias, multipliers };
            let unit = |unit: usize| {
                let weights = layer.weights[unit * depth..].iter();
                let products = weights.zip(&row).map(|(&w, &x)| i32::from(w) * i32::from(x));
                let sum = i64::from(layer.bias[unit] + products.sum::<i32>());
                (sum * i64::from(layer.multipliers[unit])).div_euclid(1 << 32).clamp(-128, 127) as i8
            };
            let expected = (0..units).map(unit).collect::<Vec<_>>();
            let words = words(&layer, depth, range, Layout::Pairs).unwrap().to_words();
            let mut outputs = vec![[0i8; FOUR]; units.div_ceil(FOUR)];
            pairs_once_of_row(Flash::from_slice(&words), &row, &mut outputs);
            assert_eq!(outputs.as_flattened()[..units], *expected, "{units} units of {depth}");
        }
    }

    fn outputs(words: &Constant, layout: Layout, row: &[i8], units: usize) -> Vec<i8> {
        let words: Vec<i32> =
            words.bytes.as_chunks::<4>().0.iter().map(|&word| i32::from_le_bytes(word)).collect();
        let mut outputs = vec![[0i8; FOUR]; units.div_ceil(FOUR)];
        match layout {
            Layout::Bytes => bytes_of_row(Flash::from_slice(&words), row, &mut outputs),
            Layout::Pairs => pairs_of_row(Flash::from_slice(&words), row, &mut outputs),
        }
        outputs.as_flattened()[..units].to_vec()
    }

    fn layer(weights: Vec<i8>, units: usize) -> Simplified {
        let multipliers = vec![Multiplier { multiplier: 1 << 30, shift: -15 }; units];
        Simplified { weights, bias: vec![0; units], multipliers }
    }

    #[test]
    fn the_lower_sum_fits_into_its_bits() {
        let output = Requantization { zero_point: 0, least: -128, greatest: 127 };
        let depth = 516;
        // 516 · 127 = 65532, the greatest below 2^16 that so many weights reach.
        for weight in [127i8, -127] {
            let large = layer(vec![weight; 4 * depth], 4);
            let words = words(&large, depth, output, Layout::Pairs).unwrap();
            for x in [127i8, -128] {
                let sum = depth as i32 * i32::from(weight) * i32::from(x);
                let value = requantize(sum, 1 << 30, -15);
                let expected = offset_and_clamp_s8(value, 0, -128, 127);
                assert_eq!(outputs(&words, Layout::Pairs, &vec![x; depth], 4), [expected; 4]);
            }
        }
        let too_large = |unit: usize| {
            let mut weights = vec![1i8; 4 * 517];
            weights[unit * 517..][..517].fill(127);
            let layer = layer(weights, 4);
            assert!(words(&layer, 517, output, Layout::Bytes).is_some());
            words(&layer, 517, output, Layout::Pairs).is_none()
        };
        assert_eq!([0, 1, 2, 3].map(too_large), [true, false, true, false]);
    }
}
