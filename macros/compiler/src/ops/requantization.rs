//! What operators with weights share: from accumulators to the integers of the output.

// Arithmetic of values, not of sizes: the bounds of each are those of its formula.
#![allow(clippy::arithmetic_side_effects)]

use crate::diagnostics::Problem;
use crate::graph::{ElementType, TensorId};
use crate::lower::Lowering;
use crate::program::{Arg, Constant};
use crate::quantize::Multiplier;
use crate::read::{CONVERT_AGAIN, QUANTIZE, Reader};

/// Checks the bias, input `index`, of `channels` outputs; it may be left out.
pub(crate) fn bias(
    reader: &Reader<'_>,
    index: usize,
    channels: usize,
    types: &[ElementType],
) -> Result<(), Problem> {
    let Some(bias) = reader.optional_input(index) else { return Ok(()) };
    reader.one_of(bias, "bias", types)?;
    reader.constant(bias, "bias")?;
    if reader.tensor(bias).elements() != channels {
        return Err(Problem::new(
            format!("bias of {} elements", reader.tensor(bias).elements()),
            format!("there are {channels} outputs"),
            CONVERT_AGAIN,
        ));
    }
    Ok(())
}

/// The factors `input scale · weight scale / output scale`, one or one per slice of `dimension` of
/// the weights. The product is taken in `f64`, as TensorFlow Lite Micro does.
pub(crate) fn multipliers(
    reader: &Reader<'_>,
    input: TensorId,
    weights: TensorId,
    dimension: usize,
    output: TensorId,
) -> Result<Vec<Multiplier>, Problem> {
    let (input_scale, _) = reader.per_tensor(input, "input")?;
    let (output_scale, _) = reader.per_tensor(output, "output")?;
    let scales = reader.weight_scales(weights, dimension)?;
    let factor = |&scale: &f32| f64::from(input_scale) * f64::from(scale) / f64::from(output_scale);
    scales.iter().map(factor).map(multiplier).collect()
}

/// A factor between scales as the kernels use it.
pub(crate) fn multiplier(factor: f64) -> Result<Multiplier, Problem> {
    Multiplier::new(factor).ok_or_else(|| {
        Problem::new(
            format!("scales whose ratio is {factor:e}"),
            "results of a 32-bit accumulator cannot be brought to the output's scale",
            QUANTIZE,
        )
    })
}

/// The upper half of a significand, rounded, as the reference has it for 64-bit sums; the greatest of them
/// would leave 16 bits.
pub(crate) fn upper_half(multiplier: i32) -> i16 {
    ((i64::from(multiplier) + (1 << 15)) >> 16).min(i16::MAX.into()) as i16
}

/// Multipliers and shifts of every channel, as constants.
pub(crate) fn constants(multipliers: &[Multiplier], channels: usize) -> (Arg, Arg) {
    let each = || multipliers.iter().cycle().take(channels);
    (
        Arg::Constant(Constant::int32("MULTIPLIERS", each().map(|m| m.multiplier))),
        Arg::Constant(Constant::int8("SHIFTS", each().map(|m| m.shift as i8))),
    )
}

/// All weights of a channel added up, modulo 2^32.
pub(crate) fn sum(weights: &[i8]) -> i32 {
    difference_sum(weights, 0)
}

/// All weights of a channel less their zero point, added up, modulo 2^32.
pub(crate) fn difference_sum(weights: &[i8], zero_point: i32) -> i32 {
    weights.iter().fold(0, |sum, &w| sum.wrapping_add(i32::from(w) - zero_point))
}

/// Weights of four bits in runs of `run`, each of which begins with a byte of its own, the lower bits first.
pub(crate) fn packed(weights: &[i8], run: usize) -> Vec<i8> {
    let pair = |pair: &[i8]| match *pair {
        [low, high] => high << 4 | low & 15,
        [low] => low & 15,
        _ => 0,
    };
    weights.chunks(run.max(1)).flat_map(|run| run.chunks(2).map(pair)).collect()
}

/// The bias of each channel with the input's zero point folded in: since every term of the sum is
/// `weight · (input - zero point)`, the kernel may leave the zero point out. `sums` are the weights
/// of each channel, added up.
///
/// Where weights have a zero point too, the sums are those of `weight - zero point`.
pub(crate) fn folded_bias(
    to: &Lowering<'_>,
    index: usize,
    sums: impl Iterator<Item = i32>,
    zero_point: i32,
) -> Vec<i32> {
    let given = to.optional_input(index).and_then(|id| to.tensor(id).to_i32());
    let given = given.into_iter().flatten().chain(std::iter::repeat(0));
    sums.zip(given).map(|(sum, bias)| bias.wrapping_sub(sum.wrapping_mul(zero_point))).collect()
}

#[cfg(test)]
mod tests {
    use super::packed;

    #[test]
    fn runs_begin_with_a_byte() {
        assert_eq!(packed(&[1, -1, 7, -8, 2, 3], 3), [-15, 7, 40, 3]);
        assert_eq!(packed(&[1, -1, 7, -8], 2), [-15, -121]);
    }
}
