//! HARD_SWISH: `x · min(max(x + 3, 0), 6) / 6`.

// Arithmetic of values, not of sizes: the bounds of each are those of its formula.
#![allow(clippy::arithmetic_side_effects)]

use super::lookup::{operands, table};
use super::{Op, requantization};
use crate::diagnostics::Problem;
use crate::graph::ElementType;
use crate::inner::rounding_shift;
use crate::quantize::Multiplier;
use crate::read::{QUANTIZE, Reader};
use std::rc::Rc;

/// Bits by which inputs are shifted left, so that they fill 16.
const HEADROOM: u32 = 7;

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    let (input, output, _) = operands(reader, &[ElementType::Int8])?;
    let (scale, input_zero_point) = reader.per_tensor(input, "input")?;
    let (output_scale, zero_point) = reader.per_tensor(output, "output")?;
    let fine = scale / (1u32 << HEADROOM) as f32;
    let to_output = requantization::multiplier((fine / output_scale).into())?;
    // Three become one in Q0 of 16 bits.
    let to_gate = requantization::multiplier((fine / (3.0 / 32768.0)).into())?;
    if !(-15..=0).contains(&to_output.shift) || !(-15..=15).contains(&to_gate.shift) {
        return Err(Problem::new(
            format!("scale {scale} becomes {output_scale}"),
            "the reference computes in 16 bits, which results would leave",
            QUANTIZE,
        ));
    }
    Ok(table(|x| {
        let x = (x - input_zero_point) << HEADROOM;
        let value = multiply(x, requantization::upper_half(to_output.multiplier).into());
        // Unlike the other product, this one is rounded toward zero.
        let product = (gate(x, to_gate) * value) / (1 << 15);
        rounding_shift(product, -to_output.shift) + zero_point
    }))
}

/// `min(max(x / 6 + 1/2, 0), 1)` in Q0 of 16 bits.
fn gate(x: i32, factor: Multiplier) -> i32 {
    let saturate = |x: i32| x.clamp(i16::MIN.into(), i16::MAX.into());
    // The last doubling comes after the product, so that it alone saturates what counts.
    let left = factor.shift.max(0).cast_unsigned();
    let mut value =
        multiply(saturate(x << left.saturating_sub(1)), requantization::upper_half(factor.multiplier).into());
    if left > 0 {
        value = saturate(value << 1);
    }
    (rounding_shift(value, (-factor.shift).max(0)) + (1 << 15)) >> 1
}

/// The product of two numbers in Q0 of 16 bits, half up. They are never both the least.
fn multiply(a: i32, b: i32) -> i32 {
    (a * b + (1 << 14)) >> 15
}
