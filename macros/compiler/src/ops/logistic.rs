//! LOGISTIC: `1 / (1 + exp(-x))`.

// Arithmetic of values, not of sizes: the bounds of each are those of its formula.
#![allow(clippy::arithmetic_side_effects)]

use super::Op;
use super::lookup::{fixed_output, operands, table};
use super::sigmoid::{Function, read_8, read_16};
use crate::diagnostics::Problem;
use crate::graph::{ElementType, TensorId};
use crate::quantize::fixed_point::logistic;
use crate::read::Reader;
use std::rc::Rc;

const LOGISTIC: Function =
    Function { exact: logistic, bits: 8, zero_point: -128, kernel: "logistic_s16", exact_shifts: 0..=0 };

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    let (input, output, ty) = operands(reader, &[ElementType::Int8, ElementType::Int16])?;
    if reader.tensor(input).shifted {
        return read_legacy(reader, input, output);
    }
    match ty {
        ElementType::Int8 => read_8(reader, input, output, &LOGISTIC),
        _ => read_16(reader, input, output, &LOGISTIC),
    }
}

/// On `uint8`: TensorFlow Lite fills its table in single precision. The exponential is a double, rounded:
/// the same on every host.
fn read_legacy(reader: &Reader<'_>, input: TensorId, output: TensorId) -> Result<Rc<dyn Op>, Problem> {
    fixed_output(reader, output, (1.0 / 256.0, -128), 0.0)?;
    let (scale, zero_point) = reader.per_tensor(input, "input")?;
    Ok(table(|x| {
        let x = scale * (x - zero_point) as f32;
        let share = 1.0 / (1.0 + f64::from(-x).exp() as f32);
        (share * 256.0).round() as i32 - 128
    }))
}
