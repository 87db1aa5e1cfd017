//! RSQRT: one over the square root.

// Arithmetic of values, not of sizes: the bounds of each are those of its formula.
#![allow(clippy::arithmetic_side_effects)]

use super::Op;
use super::lookup::{operands, table};
use crate::diagnostics::Problem;
use crate::graph::ElementType;
use crate::inner::requantize;
use crate::kernels::fixed_point::one_over_root;
use crate::quantize::Multiplier;
use crate::read::{QUANTIZE, Reader};
use std::rc::Rc;

/// Bits of fraction between the two steps.
const FRACTION: i32 = 20;

/// The reference stops where an input is negative; here the output is the greatest there, as it is for
/// zero.
pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    let (input, output, _) = operands(reader, &[ElementType::Int8])?;
    let (scale, input_zero_point) = reader.per_tensor(input, "input")?;
    let (output_scale, zero_point) = reader.per_tensor(output, "output")?;
    let factor = 1.0 / f64::from(scale.sqrt() * output_scale);
    let factor = Multiplier::new(factor).filter(|m| (-11..=30).contains(&(m.shift - FRACTION + 30)));
    let Some(Multiplier { multiplier, shift }) = factor else {
        return Err(Problem::new(
            format!("scale {scale} becomes {output_scale}"),
            "the reference cannot bring the result to the output's scale",
            QUANTIZE,
        ));
    };
    Ok(table(|x| match x - input_zero_point {
        ..=0 => i8::MAX.into(),
        x => {
            let (root, right) = one_over_root(x);
            let fraction = requantize(1, root, FRACTION - right);
            requantize(fraction, multiplier, shift - FRACTION).wrapping_add(zero_point)
        }
    }))
}
