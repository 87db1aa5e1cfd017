//! LOG_SOFTMAX: every row along the last dimension becomes logarithms of shares of one.

// Arithmetic of values, not of sizes: the bounds of each are those of its formula.
#![allow(clippy::arithmetic_side_effects)]

use super::Op;
use super::lookup::{fixed_output, operands};
use crate::diagnostics::Problem;
use crate::graph::ElementType;
use crate::kernels::log_softmax::LogSoftmax;
use crate::lower::{Bug, Lowering};
use crate::ops::lookup::in_place;
use crate::ops::softmax::{DIFFERENCE_BITS, exponentials};
use crate::program::{Arg, Constant};
use crate::quantize::Multiplier;
use crate::quantize::fixed_point::input_radius;
use crate::read::{CONVERT_AGAIN, QUANTIZE, Reader};
use std::rc::Rc;

#[derive(Debug)]
struct Layer {
    params: LogSoftmax,
    exponentials: Vec<i32>,
}

/// More classes than this overflow the sum of a row.
const MAX_CLASSES: usize = 4095;

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    let (input, output, _) = operands(reader, &[ElementType::Int8])?;
    fixed_output(reader, output, (16.0 / 256.0, 127), 0.0)?;
    let (scale, _) = reader.per_tensor(input, "input")?;
    let classes = reader.tensor(input).shape.last().copied().unwrap_or(0);
    if !(1..=MAX_CLASSES).contains(&classes) {
        return Err(Problem::new(
            format!("{classes} classes"),
            format!("there must be from 1 to {MAX_CLASSES}, or the reference overflows"),
            CONVERT_AGAIN,
        ));
    }
    let steepness = f64::from(scale);
    let exponentials = exponentials(steepness)?;
    let factor = Multiplier::new(steepness * f64::from(1u32 << (31 - DIFFERENCE_BITS)));
    let (factor, back) = factor.and_then(|factor| Some((factor, inverse(factor)?))).ok_or_else(|| {
        Problem::new(
            format!("input has scale {scale}"),
            "the reference multiplies by it in 32 bits, which 16 and more overflow",
            QUANTIZE,
        )
    })?;
    let params = LogSoftmax {
        classes,
        multiplier: factor.multiplier,
        shift: factor.shift,
        least_difference: -input_radius(DIFFERENCE_BITS, factor.shift),
        back_multiplier: back.multiplier,
        back_shift: back.shift,
    };
    Ok(Rc::new(Layer { params, exponentials }))
}

/// The factor from logarithms back to steps of the input, as the reference computes it.
fn inverse(factor: Multiplier) -> Option<Multiplier> {
    let shift = 31u32.checked_sub(u32::try_from(factor.shift).ok()?)?;
    Multiplier::new(f64::from(1u32.checked_shl(shift)?) / f64::from(factor.multiplier))
}

impl Op for Layer {
    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug> {
        let table = Arg::Constant(Constant::int32("EXPONENTIALS", self.exponentials.iter().copied()));
        in_place(to, "log_softmax", "log_softmax_s8", &self.params, vec![table])
    }
}
