//! QUANTIZE: other integers for the same real values.
//!
//! Between float and integers it can be read, but not lowered: behind an input of the model it is
//! removed, and elsewhere refused, by passes.

use super::channels::Channels;
use super::{Elementwise, Op, requantization, weighted};
use crate::diagnostics::Problem;
use crate::graph::ElementType::{self, Float32, Int8, Int16, Int32};
use crate::kernels::{self, quantize::Quantize};
use crate::lower::{Bug, Lowering};
use crate::program::{Access, Arg};
use crate::quantize::Multiplier;
use crate::ranges::{Interval, Known, Ranges};
use crate::read::Reader;
use std::rc::Rc;

/// From real numbers to integers.
#[derive(Debug)]
struct FromFloat;

/// From integers to integers.
#[derive(Debug)]
struct Requantize {
    kernel: &'static str,
    params: Quantize,
    /// Whether output and input are the same integers.
    identity: bool,
}

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    reader.arity(1..=1, 1)?;
    let (input, output) = (reader.input(0)?, reader.output(0)?);
    let from = reader.one_of(input, "input", &[Int8, Int16, Int32, Float32])?;
    let to = reader.tensor(output).ty;
    let known: &[ElementType] = match from {
        Float32 => &[Int8, Int16],
        Int8 => &[Int8, Int16, Int32],
        Int16 => &[Int8, Int16, Int32],
        _ => &[Int8, Int16],
    };
    reader.one_of(output, &format!("output from {from}"), known)?;
    reader.expect_shape(output, "output", &reader.tensor(input).shape)?;
    let (output_scale, zero_point) = reader.per_tensor(output, "output")?;
    if from == Float32 {
        return Ok(Rc::new(FromFloat));
    }
    let (input_scale, input_zero_point) = reader.per_tensor(input, "input")?;
    requantize(from, (input_scale, input_zero_point), to, (output_scale, zero_point))
}

/// From integers of one type, scale and zero point to those of another.
pub(crate) fn requantize(
    from: ElementType,
    (input_scale, input_zero_point): (f32, i32),
    to: ElementType,
    (output_scale, zero_point): (f32, i32),
) -> Result<Rc<dyn Op>, Problem> {
    let factor = f64::from(input_scale) / f64::from(output_scale);
    let scaling = requantization::multiplier(factor)?;
    let one = Multiplier { multiplier: 1 << 30, shift: 1 };
    Ok(Rc::new(Requantize {
        kernel: kernel(from, to),
        params: Quantize {
            input_zero_point,
            multiplier: scaling.multiplier,
            shift: scaling.shift,
            zero_point,
        },
        identity: from == to && scaling == one && input_zero_point == zero_point,
    }))
}

fn kernel(from: ElementType, to: ElementType) -> &'static str {
    match (from, to) {
        (Int8, Int16) => "quantize_s8_s16",
        (Int8, Int32) => "quantize_s8_s32",
        (Int16, Int8) => "quantize_s16_s8",
        (Int16, Int16) => "quantize_s16_s16",
        (Int16, _) => "quantize_s16_s32",
        (Int32, Int8) => "quantize_s32_s8",
        (Int32, _) => "quantize_s32_s16",
        _ => "quantize_s8_s8",
    }
}

/// Between `uint8`, as the caller knows it, and `int8`.
#[derive(Debug)]
pub(crate) struct Shift;

impl Op for Shift {
    fn is_shift(&self) -> bool {
        true
    }

    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug> {
        let (input, output) = (to.input(0)?, to.output(0)?);
        let kernel = match to.tensor(input).ty {
            ElementType::UInt8 => "shift_u8_s8",
            _ => "shift_s8_u8",
        };
        let args = vec![
            to.operand("input", "INPUT", input)?,
            Arg::Window("output", to.write(output)?, Access::WriteInPlace),
        ];
        to.call("quantize", kernel, &kernels::quantize::Shift, args, 0);
        Ok(())
    }
}

impl Op for FromFloat {
    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug> {
        Err(to.bug(format_args!("a float tensor is left")))
    }
}

impl Op for Requantize {
    fn ranges(&self, known: &Known<'_>) -> Option<Vec<Ranges>> {
        let ty = Interval::of_type(known.output(0)?.ty);
        let Quantize { input_zero_point, multiplier, shift, zero_point } = self.params;
        let output = |x: Interval| {
            let sum = x.ends().map(|x| i64::from(x).saturating_sub(input_zero_point.into()));
            let scaled = weighted::scaled(sum, Multiplier { multiplier, shift })?;
            let [least, greatest] = scaled.ends().map(|x| x.checked_add(zero_point));
            Some(Interval { least: least?, greatest: greatest? }.clamped(ty.least, ty.greatest))
        };
        Some(vec![known.ranges(0)?.map(|x| output(x).unwrap_or(ty))])
    }

    fn channels(&self, known: &Known<'_>) -> Channels {
        Channels::each(known, &[0])
    }

    fn is_identity(&self, _: &Known<'_>) -> bool {
        self.identity
    }

    fn elementwise(&self, known: &Known<'_>) -> Option<Elementwise> {
        let ty = Interval::of_type(known.output(0)?.ty);
        let p = self.params;
        let value = move |x: i32| p.value(x).max(ty.least).min(ty.greatest);
        Some(Elementwise { input: 0, function: Box::new(value), is_table: false, is_cheap: false })
    }

    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug> {
        let (input, output) = (to.input(0)?, to.output(0)?);
        if self.identity {
            return to.alias(output, input, 0);
        }
        let args = vec![
            to.operand("input", "INPUT", input)?,
            Arg::Window("output", to.write(output)?, Access::WriteInPlace),
        ];
        to.call("quantize", self.kernel, &self.params, args, 0);
        Ok(())
    }
}
