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
