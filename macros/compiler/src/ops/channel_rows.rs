//! Constants of depthwise convolutions, channel by channel, for backends whose loops read them so: the layouts that
//! `inner::portable` defines.

// Arithmetic of values, not of sizes: the bounds of each are those of its formula.
#![allow(clippy::arithmetic_side_effects)]

use super::once;
use super::unit_blocks::{Simplified, greatest_sum, scale};
use crate::kernels::shapes::{Axis, Window};
use crate::program::Constant;

/// Whether the loops can follow a window on each channel for itself.
pub(crate) fn suits(window: &Window) -> bool {
    let Window { x, y, .. } = *window;
    let follows = |axis: Axis| {
        let last = axis.output.saturating_sub(1).saturating_mul(axis.stride).saturating_add(2);
        axis.taps == 3
            && axis.dilation == 1
            && axis.input >= 2
            && axis.output > 0
            && axis.pad <= 1
            && last <= axis.pad.saturating_add(axis.input)
    };
    // One row on both sides may be padding, for a row of the output sees but one of them.
    let sees_two = y.input >= 2 && (y.output.saturating_sub(1).saturating_mul(y.stride) < y.input);
    x.stride == y.stride && matches!(x.stride, 1 | 2) && sees_two && follows(x) && follows(y)
}

/// The constants, if the loops give the right outputs with them.
pub(crate) fn constants(layer: &Simplified, ties: bool) -> Option<Constant> {
    let Simplified { weights, bias, multipliers } = layer;
    let (channels, _) = weights.as_chunks::<9>();
    let mut words = Vec::with_capacity(channels.len().checked_mul(6)?);
    for ((weights, &bias), multiplier) in channels.iter().zip(bias).zip(multipliers) {
        let (m, d) = scale(multiplier, greatest_sum(weights, bias)?, ties)?;
        words.extend(words_of(weights).into_iter().chain([m, d, bias]));
    }
    Some(Constant::int32("CHANNELS", words))
}

/// The same where channels are rounded once.
pub(crate) fn constants_once(layer: &once::Units) -> Constant {
    let once::Units { weights, bias, multipliers } = layer;
    let channels = weights.as_chunks::<9>().0.iter().zip(bias).zip(multipliers);
    let words = channels.flat_map(|((weights, &bias), &m)| words_of(weights).into_iter().chain([m, bias]));
    Constant::int32("CHANNELS", words)
}

/// The weights of a channel.
fn words_of(&[w00, w01, w02, w10, w11, w12, w20, w21, w22]: &[i8; 9]) -> [i32; 3] {
    let bytes = |bytes: [i8; 4]| i32::from_le_bytes(bytes.map(i8::cast_unsigned));
    [bytes([w00, w01, w10, w11]), bytes([w02, w20, w12, w21]), w22.into()]
}

/// The constants beside the weights for any other window: sums are those of the input less its zero point, `padding`.
pub(crate) fn tap_constants(layer: &Simplified, filter: usize, padding: i8) -> Option<Constant> {
    let Simplified { weights, bias, multipliers } = layer;
    let mut words = Vec::with_capacity(bias.len().checked_mul(3)?);
    let channels = weights.chunks_exact(filter.max(1)).zip(bias).zip(multipliers);
    for ((weights, &bias), multiplier) in channels {
        let (m, d) = scale(multiplier, greatest_sum(weights, bias)?, true)?;
        let sum = weights.iter().map(|&w| i32::from(w)).sum::<i32>();
        words.extend([bias + sum * i32::from(padding), m, d]);
    }
    Some(Constant::int32("CHANNELS", words))
}

/// The same where channels are rounded once: of so many at a time.
pub(crate) fn tap_constants_once(
    layer: &once::Units,
    filter: usize,
    padding: i8,
    channels: usize,
) -> Constant {
    let once::Units { weights, bias, multipliers } = layer;
    let units = weights.chunks_exact(filter.max(1)).zip(bias);
    let biases: Vec<i32> = units
        .map(|(weights, bias)| bias + weights.iter().map(|&w| i32::from(w)).sum::<i32>() * i32::from(padding))
        .collect();
    let parts = biases.chunks(channels.max(1)).zip(multipliers.chunks(channels.max(1)));
    Constant::int32("CHANNELS", parts.flat_map(|(biases, multipliers)| [biases, multipliers].concat()))
}
