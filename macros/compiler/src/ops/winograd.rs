//! Convolutions by the algorithm of Winograd, for backends whose loops do so: the layout that `inner::portable::winograd`
//! defines, and when it is worth its constants.

// Arithmetic of values, not of sizes: the bounds of each are those of its formula.
#![allow(clippy::arithmetic_side_effects)]

use super::unit_blocks::{MEMORY_OF_A_STEP, Simplified, greatest_sum, scale, with_arguments};
use crate::inner::{BLOCK, PATCH, POSITIONS, WINOGRAD_CONSTANTS};
use crate::kernels::shapes::{Requantization, Window};
use crate::kernels::winograd::{Conv2dWinograd, Winograd};
use crate::program::{Constant, Params, Variant};

/// The backend whose loops read them.
const BACKEND: &str = "dsp";

/// Bytes of stack that a layer may take for what two tiles see.
const MAX_MEMORY: usize = 12 * 1024;

/// What is summed up is four times the sum, in 32 bits with its sign.
const SUM_BITS: u32 = 29;

/// How people hear of it.
pub(crate) const NOTE: &str = "Winograd on Cortex-M with DSP";

/// Bytes of stack for transformed inputs of two channels.
const MEMORY_OF_TWO_CHANNELS: usize = 16 * MEMORY_OF_A_STEP;

/// The layer, if it is of a kind that the loop has.
pub(crate) fn layer(window: Window, padding: i8, output: Requantization) -> Option<Winograd> {
    let Window { y, x, channels, units } = window;
    let suits = [y, x].iter().all(|axis| (axis.taps, axis.dilation, axis.stride) == (3, 1, 1));
    let fours = channels > 0 && channels.is_multiple_of(4) && units.is_multiple_of(BLOCK);
    let memory = MEMORY_OF_TWO_CHANNELS
        .saturating_mul(channels / 2)
        .saturating_add(PATCH.0.saturating_mul(PATCH.1).saturating_mul(channels));
    (suits && fours && memory <= MAX_MEMORY).then_some(Winograd { window, padding, output })
}

/// Whether it takes fewer instructions than the loop over blocks, by what both take for two tiles, or two pixels.
pub(crate) fn pays(Winograd { window, .. }: &Winograd) -> bool {
    let Window { y, x, channels, units } = *window;
    let product = |numbers: &[usize]| numbers.iter().fold(1usize, |all, &number| all.saturating_mul(number));
    let blocks = units / BLOCK;
    let steps = channels / 2;
    // Eleven instructions of each step, ten more and three for every eight steps at each position; 500 for the outputs.
    let of_block = product(&[16, 11 * steps + 10 + 3 * steps.div_ceil(8)]) + 500;
    let of_tiles = product(&[blocks, of_block]).saturating_add(75 * channels).saturating_add(300);
    let tiles = product(&[y.output.div_ceil(2), x.output.div_ceil(4), of_tiles]);
    // Twelve instructions of each step, and three for every eight; 66 around them.
    let steps = 9 * steps;
    let of_block = 12 * steps + 3 * steps.div_ceil(8) + 66;
    let of_pixels = product(&[blocks, of_block]).saturating_add(16 * channels).saturating_add(120);
    tiles < product(&[y.output, x.output.div_ceil(2), of_pixels])
}

/// The kernel for such a layer, if its loops give the right sums and outputs.
pub(crate) fn variant(layer: &Simplified, shape: Winograd) -> Option<Variant> {
    let channels = shape.window.channels;
    let ties = shape.output.least < shape.output.zero_point;
    let constants = vec![blocks(layer, channels, ties)?];
    let (steps, bytes) = (channels / 2, PATCH.0 * PATCH.1 * channels);
    let params = with_arguments(&Conv2dWinograd::<0, 0> { layer: shape }, format_args!("{steps}, {bytes}"));
    let parameters = Some(shape.keep());
    let (module, kernel) = ("winograd", "conv_2d_winograd_s8");
    Some(Variant { backend: BACKEND, module, kernel, params, parameters, constants })
}

/// The layer of a variant, if it is one of these.
pub(crate) fn of(variant: &Variant) -> Option<Winograd> {
    variant.parameters.as_ref()?.get().copied()
}

/// The blocks of all units.
fn blocks(layer: &Simplified, channels: usize, ties: bool) -> Option<Constant> {
    let units: Vec<&[i8]> = layer.weights.chunks_exact(channels.checked_mul(9)?.max(1)).collect();
    let of_block = channels.checked_mul(16 * BLOCK / 2)?.checked_add(WINOGRAD_CONSTANTS)?;
    let mut words = Vec::with_capacity(of_block.checked_mul(units.len() / BLOCK)?);
    let each = units.iter().zip(&layer.bias).zip(&layer.multipliers);
    let scales: Vec<(i32, i32)> = each
        .map(|((unit, &bias), multiplier)| {
            let greatest = greatest_sum(unit, bias).filter(|&sum| sum < 1 << SUM_BITS)?;
            scale(multiplier, greatest, ties)
        })
        .collect::<Option<_>>()?;
    let all = units.chunks_exact(BLOCK).zip(layer.bias.chunks_exact(BLOCK)).zip(scales.chunks_exact(BLOCK));
    for ((units, biases), scales) in all {
        words.extend(biases.iter().map(|bias| 4 * bias));
        for position in POSITIONS {
            for step in 0..channels / 2 {
                let first = (step & !1) * 2 + (step & 1);
                for unit in units {
                    let of = |channel: usize| transformed(unit, channels, channel, position);
                    words.push(of(first) & 0xffff | of(first + 2) << 16);
                }
            }
        }
        words.extend(scales.iter().flat_map(|&(multiplier, divisor)| [multiplier, divisor]));
    }
    Some(Constant::int32("BLOCKS", words))
}

/// One element of `2G w 2Gᵀ`, in 16 bits: of nine weights at most.
fn transformed(unit: &[i8], channels: usize, channel: usize, (row, column): (usize, usize)) -> i32 {
    let weight = |row: usize, column: usize| {
        unit.get((row * 3 + column) * channels + channel).copied().map_or(0, i32::from)
    };
    let of_row = |row: usize| combined(column, [weight(row, 0), weight(row, 1), weight(row, 2)]);
    combined(row, [of_row(0), of_row(1), of_row(2)])
}

/// A row of 2G times three numbers.
fn combined(row: usize, [a, b, c]: [i32; 3]) -> i32 {
    match row {
        0 => 2 * a,
        1 => a + b + c,
        2 => a - b + c,
        _ => 2 * c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inner::flash::Flash;
    use crate::kernels::conv_2d::{Conv2d, conv_2d_contiguous_s8};
    use crate::kernels::planes::{Overlap, Planes};
    use crate::kernels::random::Random;
    use crate::kernels::shapes::Axis;
    use crate::quantize::Multiplier;

    fn window([height, width]: [usize; 2], [y, x]: [usize; 2], channels: usize, units: usize) -> Window {
        let axis = |input: usize, pad: usize| Axis {
            input,
            pad,
            taps: 3,
            dilation: 1,
            stride: 1,
            output: input + 2 * pad - 2,
        };
        Window { y: axis(height, y), x: axis(width, x), channels, units }
    }

    /// Runs the layer where the output lies somewhere over the input.
    fn overlapped(
        layer: &Winograd,
        blocks: Flash<'_, i32>,
        input: &[i8],
        len: usize,
        above: bool,
    ) -> Vec<i8> {
        let reach = layer.reach(len);
        let (from, to) = if above { (0, reach.above) } else { (reach.below, 0) };
        let mut memory = vec![0x55; (from + input.len()).max(to + len)];
        memory[from..from + input.len()].copy_from_slice(input);
        let overlap = Overlap { input: from, input_len: input.len(), output: to, output_len: len };
        run(layer, blocks, Planes::overlapped(&mut memory, overlap));
        memory[to..to + len].to_vec()
    }

    fn run(layer: &Winograd, blocks: Flash<'_, i32>, planes: Planes<'_, i8>) {
        let channels = layer.window.channels;
        layer.convolve(blocks, planes, &mut vec![[[0; 2]; 16]; channels / 2], &mut vec![0; channels * 24]);
    }

    fn check(window: Window, images: usize, output: Requantization, random: &mut Random) {
        let Window { y, x, channels, units } = window;
        let weights = random.bytes(units * 9 * channels);
        let bias: Vec<i32> = (0..units).map(|_| random.below(40_000) as i32 - 20_000).collect();
        let multipliers: Vec<i32> = (0..units).map(|_| (1 << 30) + random.below(1 << 30) as i32).collect();
        let shifts: Vec<i8> = (0..units).map(|_| -4 - random.below(8) as i8).collect();
        let padding = random.byte();
        let input = random.bytes(images * y.input * x.input * channels);
        let len = images * y.output * x.output * units;

        let mut expected = vec![0; len];
        let direct = Conv2d { window, depth: channels, group: units, padding, output };
        conv_2d_contiguous_s8(
            &direct,
            Flash::from_slice(&weights),
            Flash::from_slice(&bias),
            Flash::from_slice(&multipliers),
            Flash::from_slice(&shifts),
            Planes::apart(&input, &mut expected),
        );

        let scales = multipliers.iter().zip(&shifts);
        let scales = scales.map(|(&multiplier, &shift)| Multiplier { multiplier, shift: shift.into() });
        let multipliers: Vec<Multiplier> = scales.collect();
        let simplified = Simplified { weights, bias, multipliers };
        let constant = blocks(&simplified, channels, output.least < output.zero_point).expect("it fits");
        let words: Vec<i32> =
            constant.bytes.as_chunks::<4>().0.iter().map(|&word| i32::from_le_bytes(word)).collect();
        let (blocks, layer) = (Flash::from_slice(&words), Winograd { window, padding, output });
        let mut found = vec![0; len];
        run(&layer, blocks, Planes::apart(&input, &mut found));
        assert_eq!(found, expected, "{window:?}, {images} images");
        for above in [false, true] {
            let found = overlapped(&layer, blocks, &input, len, above);
            assert_eq!(found, expected, "{window:?}, {images} images in one memory, {above}");
        }
    }

    #[test]
    fn it_is_the_convolution() {
        let mut random = Random::new(7);
        let all = Requantization { zero_point: 5, least: -128, greatest: 127 };
        let cut = Requantization { zero_point: -3, least: -3, greatest: 90 };
        for height in 1..=7 {
            for width in 1..=10 {
                let pads = [0, 1, 2].into_iter().flat_map(|y| [0, 1, 3].map(|x| [y, x]));
                for pads in pads.filter(|[y, x]| height + 2 * y > 2 && width + 2 * x > 2) {
                    let channels = 4 * (1 + random.below(5));
                    let units = 4 * (1 + random.below(3));
                    let images = 1 + random.below(2);
                    let output = if random.below(2) == 0 { all } else { cut };
                    check(window([height, width], pads, channels, units), images, output, &mut random);
                }
            }
        }
    }

    #[test]
    fn extremes_fit() {
        let channels = 64;
        for (weight, x) in [(127, -128), (-128, -128), (-128, 127), (127, 127)] {
            let window = window([4, 6], [1, 1], channels, 4);
            let output = Requantization { zero_point: 0, least: -128, greatest: 127 };
            let layer = Simplified {
                weights: vec![weight; 4 * 9 * channels],
                bias: vec![100; 4],
                multipliers: vec![Multiplier { multiplier: 1 << 30, shift: -16 }; 4],
            };
            let constant = blocks(&layer, channels, true).expect("it fits");
            let words: Vec<i32> =
                constant.bytes.as_chunks::<4>().0.iter().map(|&word| i32::from_le_bytes(word)).collect();
            let mut found = vec![0; 4 * 6 * 4];
            let input = vec![x; 4 * 6 * channels];
            let shape = Winograd { window, padding: x, output };
            run(&shape, Flash::from_slice(&words), Planes::apart(&input, &mut found));
            let sum = 100 + 9 * 64 * i32::from(weight) * i32::from(x);
            let expected = output.to_s8(sum, 1 << 30, -16);
            assert!(found.iter().all(|&y| y == expected), "{weight} {x}: {found:?}, not {expected}");
        }
    }

    #[test]
    fn what_loops_cannot_do_has_no_blocks() {
        let layer = |weight: i8, bias: i32, shift: i32| Simplified {
            weights: vec![weight; 4 * 9 * 4],
            bias: vec![bias; 4],
            multipliers: vec![Multiplier { multiplier: 1 << 30, shift }; 4],
        };
        let of = |layer: &Simplified| blocks(layer, 4, true).is_some();
        let products = 9 * 4 * 127 * 128;
        assert!(of(&layer(127, (1 << 29) - products - 1, -2)));
        assert!(!of(&layer(127, (1 << 29) - products, -2)) && !of(&layer(127, products - (1 << 29), -2)));
        assert!(!of(&layer(1, 0, -1)) && !of(&layer(1, 0, 0)));
    }

    #[test]
    fn only_windows_of_three_by_three_suit() {
        let output = Requantization { zero_point: 0, least: -128, greatest: 127 };
        let suits = |window: Window| layer(window, 0, output).is_some();
        let fine = window([8, 8], [1, 1], 8, 8);
        assert!(
            suits(fine) && suits(Window { channels: 4, ..fine }) && pays(&layer(fine, 0, output).unwrap())
        );
        assert!(!suits(Window { channels: 6, ..fine }) && !suits(Window { units: 6, ..fine }));
        for axis in [
            Axis { stride: 2, ..fine.x },
            Axis { dilation: 2, ..fine.x },
            Axis { taps: 4, ..fine.x },
            Axis { taps: 1, ..fine.x },
        ] {
            assert!(!suits(Window { x: axis, ..fine }) && !suits(Window { y: axis, ..fine }));
        }
        let large = window([8, 8], [1, 1], 1024, 8);
        assert!(!suits(large));
        // Two thirds of the tiles would lie outside.
        assert!(!pays(&layer(window([1, 1], [1, 1], 8, 8), 0, output).unwrap()));
    }
}
