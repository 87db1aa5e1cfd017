//! What LOGISTIC and TANH share.

// Arithmetic of values, not of sizes: the bounds of each are those of its formula.
#![allow(clippy::arithmetic_side_effects)]

use super::Op;
use super::lookup::{fixed_output, in_place, table};
use crate::diagnostics::Problem;
use crate::graph::{ElementType, TensorId};
use crate::inner::{requantize, rounding_shift};
use crate::kernels::sigmoid::Sigmoid;
use crate::lower::{Bug, Lowering};
use crate::program::{Arg, Constant};
use crate::quantize::Multiplier;
use crate::quantize::fixed_point::input_radius;
use crate::read::{QUANTIZE, Reader};
use std::rc::Rc;

/// A function that levels off on both sides.
pub(crate) struct Function {
    /// In Q0, of a number in Q4.
    pub(crate) exact: fn(i32) -> i32,
    /// Fraction bits of the `int8` output.
    pub(crate) bits: u32,
    /// Zero point of the `int8` output.
    pub(crate) zero_point: i32,
    /// The kernel for `int16`.
    pub(crate) kernel: &'static str,
    /// Scales of an `int16` input that bring it to the argument without rounding: `2^(i - 12)`.
    pub(crate) exact_shifts: std::ops::RangeInclusive<i32>,
}

/// Integer bits of the argument of `Function::exact`.
const ARGUMENT_BITS: u32 = 4;
/// What the reference allows scales of `int16` to be off.
const TOLERANCE: f32 = 0.001;

/// On `int8`: a table. Where the argument leaves its range, the output is the last one there is.
pub(crate) fn read_8(
    reader: &Reader<'_>,
    input: TensorId,
    output: TensorId,
    function: &Function,
) -> Result<Rc<dyn Op>, Problem> {
    let Function { exact, bits, zero_point, .. } = *function;
    fixed_output(reader, output, (1.0 / (1u32 << bits) as f32, zero_point), TOLERANCE)?;
    let (scale, input_zero_point) = reader.per_tensor(input, "input")?;
    let factor = f64::from(scale) * f64::from(1u32 << (31 - ARGUMENT_BITS));
    let multiplier = Multiplier::new(factor);
    // A factor too large for 32 bits leaves no argument but zero, and that is at the lower end.
    let radius = multiplier.map_or(0, |m| input_radius(ARGUMENT_BITS, m.shift));
    let Multiplier { multiplier, shift } = multiplier.unwrap_or(Multiplier { multiplier: 0, shift: 0 });
    Ok(table(|x| {
        let x = x - input_zero_point;
        if x <= -radius {
            i8::MIN.into()
        } else if x >= radius {
            i8::MAX.into()
        } else {
            let value = exact(requantize(x, multiplier, shift));
            rounding_shift(value, (31 - bits).cast_signed()) + zero_point
        }
    }))
}

/// On `int16`.
#[derive(Debug)]
struct Layer16 {
    kernel: &'static str,
    params: Sigmoid,
}

/// On `int16`: interpolation between points.
pub(crate) fn read_16(
    reader: &Reader<'_>,
    input: TensorId,
    output: TensorId,
    function: &Function,
) -> Result<Rc<dyn Op>, Problem> {
    let (scale, zero_point) = reader.per_tensor(input, "input")?;
    fixed_output(reader, output, (1.0 / 32768.0, 0), TOLERANCE)?;
    if zero_point != 0 {
        return Err(Problem::new(
            format!("input has zero point {zero_point}"),
            "int16 tensors have zero point 0",
            QUANTIZE,
        ));
    }
    let params = argument(scale, function).ok_or_else(|| {
        Problem::new(
            format!("input has scale {scale}"),
            "the reference multiplies by it in 16 bits, which 8/3 and more overflow",
            QUANTIZE,
        )
    })?;
    Ok(Rc::new(Layer16 { kernel: function.kernel, params }))
}

/// How an input with this scale becomes the argument: 12288 steps are one.
fn argument(scale: f32, function: &Function) -> Option<Sigmoid> {
    let log2 = f64::from(scale).log2();
    let shift = log2.round() as i32 + 12;
    if (log2 - log2.round()).abs() < 1e-3 && function.exact_shifts.contains(&shift) {
        return Some(Sigmoid { multiplier: 3 << shift, shift: 0 });
    }
    let mut multiplier = f64::from(scale) * 4096.0 * 3.0;
    let mut shift = 0;
    while multiplier <= 32767.0 / 2.0 && shift <= 30 {
        shift += 1;
        multiplier *= 2.0;
    }
    (multiplier < 32768.0).then_some(Sigmoid { multiplier: multiplier as i32, shift })
}

/// The logistic function of `i / 24` in steps of `2^-16`, each point raised by half of what a straight
/// line to the next one lacks in the middle; the last is where the kernels level off.
fn points() -> impl Iterator<Item = u16> {
    let logistic = |x: f64| 65536.0 / (1.0 + (-x / 24.0).exp());
    let point = move |i: u8| {
        let x = f64::from(i);
        let on_line = f64::midpoint(logistic(x), logistic(x + 1.0));
        (logistic(x) + (logistic(x + 0.5) - on_line) / 2.0).round() as u16
    };
    (0..u8::MAX).map(point).chain([u16::MAX])
}

/// The table that the kernels for `int16` interpolate in.
pub(crate) fn points_constant() -> Arg {
    let bytes = points().flat_map(u16::to_le_bytes).collect();
    Arg::Constant(Constant { name: "TABLE", ty: ElementType::UInt16, bytes })
}

impl Op for Layer16 {
    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug> {
        in_place(to, "sigmoid", self.kernel, &self.params, vec![points_constant()])
    }
}
