//! SOFTMAX: every row along the last dimension becomes shares of one.

// Arithmetic of values, not of sizes: the bounds of each are those of its formula.
#![allow(clippy::arithmetic_side_effects)]

use super::Op;
use super::curve::{Curve, SPAN};
use super::lookup::fixed_output;
use crate::diagnostics::Problem;
use crate::graph::ElementType;
use crate::inner::rounding_shift;
use crate::kernels::fixed_point::multiply;
use crate::kernels::softmax::{Softmax, Softmax16, SoftmaxOfProducts};
use crate::lower::{Bug, Lowering};
use crate::program::{Access, Arg, Constant};
use crate::quantize::Multiplier;
use crate::quantize::fixed_point::{exp_on_negative, input_radius};
use crate::read::{CONVERT_AGAIN, QUANTIZE, Reader};
use crate::schema::tflite;
use std::rc::Rc;

/// Integer bits of differences of inputs, times beta.
pub(super) const DIFFERENCE_BITS: u32 = 5;
/// Integer bits in which the reference adds up exponentials.
const SUM_BITS: u32 = 12;

/// From `int8`, to `int8` or `int16`, or to `uint8` as callers have it.
#[derive(Clone, Debug)]
struct Layer {
    classes: usize,
    output: ElementType,
    /// How much the argument of the exponential grows with one step of the input.
    steepness: f64,
    exponentials: Vec<i32>,
}

/// The same from `int8` to bytes, where it is free how exponentials are computed.
#[derive(Clone, Debug)]
struct Products {
    classes: usize,
    output: ElementType,
    steepness: f64,
}

/// From `int16` to `int16`.
#[derive(Debug)]
struct Layer16 {
    classes: usize,
    multiplier: Multiplier,
}

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    reader.arity(1..=1, 1)?;
    let (input, output) = (reader.input(0)?, reader.output(0)?);
    let from = reader.one_of(input, "input", &[ElementType::Int8, ElementType::Int16])?;
    let to: &[ElementType] = match from {
        ElementType::Int8 => &[ElementType::Int8, ElementType::Int16],
        _ => &[ElementType::Int16],
    };
    let to = reader.one_of(output, "output", to)?;
    let shape = &reader.tensor(input).shape;
    reader.expect_shape(output, "output", shape)?;
    let Some(&classes) = shape.last() else {
        return Err(Problem::new("input is a scalar", "SOFTMAX needs at least one dimension", CONVERT_AGAIN));
    };
    // Only `int8` must be met exactly.
    let (shares, tolerance) = match (from, to) {
        (ElementType::Int8, ElementType::Int8) => ((1.0 / 256.0, -128), 0.0),
        (ElementType::Int8, _) => ((1.0 / 65536.0, -32768), 0.001),
        _ => ((1.0 / 32768.0, 0), 0.001),
    };
    fixed_output(reader, output, shares, tolerance)?;
    let (scale, zero_point) = reader.per_tensor(input, "input")?;
    let steepness = steepness(reader, scale)?;
    if from == ElementType::Int16 {
        let multiplier = multiplier_16(steepness, zero_point)?;
        return Ok(Rc::new(Layer16 { classes, multiplier }));
    }
    Ok(Rc::new(Layer { classes, output: to, steepness, exponentials: exponentials(steepness)? }))
}

/// How much the argument of the exponential grows with one step of the input.
fn steepness(reader: &Reader<'_>, scale: f32) -> Result<f64, Problem> {
    let options = reader.options(tflite::Operator::builtin_options_as_softmax_options)?;
    let beta = options.beta();
    if !(beta.is_finite() && beta > 0.0) {
        return Err(Problem::new(
            format!("beta is {beta}"),
            "the input is multiplied by it before the exponential, so it must be a positive number",
            CONVERT_AGAIN,
        ));
    }
    Ok(f64::from(beta) * f64::from(scale))
}

/// `exp(-d · steepness)` in Q0 for each `d` that makes a difference: the others are too small to count
/// in the sum of a row, and so their own share is 0.
pub(super) fn exponentials(steepness: f64) -> Result<Vec<i32>, Problem> {
    let factor = steepness * f64::from(1u32 << (31 - DIFFERENCE_BITS));
    if factor <= 1.0 {
        return Err(Problem::new(
            format!("beta times the scale of the input is {steepness:e}"),
            "the reference refuses less than 2^-26: all classes would have the same share",
            QUANTIZE,
        ));
    }
    // Factors too large for 32 bits are so steep that the greatest input takes it all.
    let Some(Multiplier { multiplier, shift }) = Multiplier::new(factor) else {
        return Ok(vec![i32::MAX]);
    };
    let radius = input_radius(DIFFERENCE_BITS, shift).min(255);
    let exponential = |difference: i32| {
        exp_on_negative(crate::inner::requantize(-difference, multiplier, shift), DIFFERENCE_BITS)
    };
    let mut exponentials: Vec<i32> = (0..=radius).map(exponential).collect();
    let counts = |&e: &i32| rounding_shift(e, SUM_BITS as i32) > 0;
    exponentials.truncate(exponentials.iter().rposition(counts).map_or(1, |last| last + 1));
    Ok(exponentials)
}

/// From steps of an `int16` input to those of the table of exponentials, 65535 of which are 10.
fn multiplier_16(steepness: f64, zero_point: i32) -> Result<Multiplier, Problem> {
    if zero_point != 0 {
        return Err(Problem::new(
            format!("input has zero point {zero_point}"),
            "int16 tensors have zero point 0",
            QUANTIZE,
        ));
    }
    let multiplier = Multiplier::new(steepness / (10.0 / 65535.0));
    // The difference of two inputs has 16 bits, so more would overflow.
    multiplier.filter(|m| m.shift <= 15).ok_or_else(|| {
        Problem::new(
            format!("beta times the scale of the input is {steepness}"),
            "with 5 or more, the reference overflows",
            QUANTIZE,
        )
    })
}

/// Integer bits for the sum of a row: the reference's, unless there are so many classes that it would
/// overflow with them.
fn sum_bits(classes: usize) -> i32 {
    SUM_BITS.max(classes.ilog2()).cast_signed()
}

/// Exponentials as 8-bit outputs need them: all that can have a share of a row, and behind them what the others add to
/// the sum of one, a byte each.
fn split(exponentials: &[i32], integer_bits: i32) -> (&[i32], Vec<u8>) {
    let addend = |&e: &i32| rounding_shift(e, integer_bits);
    let counts = |e: &i32| addend(e) > u8::MAX.into() || can_have_a_share(*e);
    let (own, others) =
        exponentials.split_at(exponentials.iter().rposition(counts).map_or(0, |last| last + 1));
    let mut addends: Vec<u8> = others.iter().map(|e| addend(e) as u8).collect();
    addends.truncate(addends.iter().rposition(|&addend| addend > 0).map_or(0, |last| last + 1));
    (own, addends)
}

/// Whether there is a row in which an exponential is half a 256th of the sum or more. The greatest element of a row adds
/// one to it, so that no reciprocal is greater than that of one, and no share is shifted right by less.
fn can_have_a_share(exponential: i32) -> bool {
    rounding_shift(multiply(i32::MAX, exponential), 31 - 8) > 0
}

impl Op for Layer {
    fn unsigned(&self) -> Option<Rc<dyn Op>> {
        let is_byte = self.output == ElementType::Int8;
        is_byte.then(|| Rc::new(Self { output: ElementType::UInt8, ..self.clone() }) as Rc<dyn Op>)
    }

    fn unbound(&self, _zero_point: i32) -> Option<Rc<dyn Op>> {
        let &Self { classes, output, steepness, .. } = self;
        let fits = output == ElementType::Int8 && i16::try_from(classes).is_ok();
        fits.then(|| Rc::new(Products { classes, output, steepness }) as Rc<dyn Op>)
    }

    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug> {
        let input = to.read(to.input(0)?)?;
        let output = to.write(to.output(0)?)?;
        let params = Softmax { classes: self.classes, integer_bits: sum_bits(self.classes) };
        let table = |own: &[i32]| Arg::Constant(Constant::int32("EXPONENTIALS", own.iter().copied()));
        let (kernel, tables, read, write) = match self.output {
            ElementType::Int16 => {
                ("softmax_s8_s16", vec![table(&self.exponentials)], Access::Read, Access::Write)
            }
            ty => {
                let (own, bytes) = split(&self.exponentials, params.integer_bits);
                let addends = Constant { name: "ADDENDS", ty: ElementType::UInt8, bytes };
                let kernel = if ty == ElementType::Int8 { "softmax_s8" } else { "softmax_s8_u8" };
                (kernel, vec![table(own), Arg::Constant(addends)], Access::ReadInPlace, Access::WriteInPlace)
            }
        };
        let windows = [Arg::Window("input", input, read), Arg::Window("output", output, write)];
        let args = tables.into_iter().chain(windows).collect();
        to.call("softmax", kernel, &params, args, 0);
        Ok(())
    }
}

/// `exp(-step · i)` in Q16 without a sign, for sixteen of them.
fn sixteen(step: f64) -> [u16; 16] {
    std::array::from_fn(|i| (libm::exp(-step * i as f64) * 65535.0).round() as u16)
}

impl Op for Products {
    fn unsigned(&self) -> Option<Rc<dyn Op>> {
        Some(Rc::new(Self { output: ElementType::UInt8, ..self.clone() }))
    }

    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug> {
        let input = to.read(to.input(0)?)?;
        let output = to.write(to.output(0)?)?;
        let table = |name, step| Arg::Constant(Constant::uint16(name, sixteen(step)));
        let args = vec![
            table("SIXTEENS", 16.0 * self.steepness),
            table("ONES", self.steepness),
            Arg::Window("input", input, Access::ReadInPlace),
            Arg::Window("output", output, Access::WriteInPlace),
        ];
        let kernel = match self.output {
            ElementType::UInt8 => "softmax_of_products_s8_u8",
            _ => "softmax_of_products_s8",
        };
        to.call("softmax", kernel, &SoftmaxOfProducts { classes: self.classes }, args, 0);
        Ok(())
    }
}

impl Op for Layer16 {
    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug> {
        let input = to.read(to.input(0)?)?;
        let output = to.write(to.output(0)?)?;
        let Multiplier { multiplier, shift } = self.multiplier;
        let params = Softmax16 { classes: self.classes, multiplier, shift };
        // A double, rounded, stands for what the reference computes in single precision: it is the
        // same on every host.
        let exp = |x| f64::from(x).exp() as f32;
        let exponentials = Curve { scale: 10.0 / SPAN, zero_point: 32767.0, function: exp };
        let reciprocals = Curve { scale: 1.0 / SPAN, zero_point: -32768.0, function: |x| 1.0 / (1.0 + x) };
        let args = vec![
            Arg::Constant(Constant::int16("EXPONENTIALS", exponentials.points())),
            Arg::Constant(Constant::int16("RECIPROCALS", reciprocals.points())),
            Arg::Window("input", input, Access::ReadInPlace),
            Arg::Window("output", output, Access::WriteInPlace),
        ];
        to.call("softmax", "softmax_s16", &params, args, 0);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inner::flash::Flash;
    use crate::kernels::softmax::{softmax_of_products_s8_u8, softmax_s8_u8};
    use std::cell::Cell;

    #[test]
    fn tables_end_where_shares_vanish() {
        let last = |steepness: f64| exponentials(steepness).map(|table| table.len() - 1).ok();
        assert_eq!(last(0.05), Some(255));
        assert_eq!(last(1.0), Some(13)); // exp(-13) · 2^19 is 1.2, exp(-14) · 2^19 is 0.4
        assert_eq!(last(20.0), Some(0));
        assert_eq!(last(1e30), Some(0));
        assert_eq!(last(2f64.powi(-26)), None);
    }

    #[test]
    fn sums_of_many_classes_fit() {
        assert_eq!((sum_bits(1), sum_bits(8191), sum_bits(8192), sum_bits(1 << 26)), (12, 12, 13, 26));
    }

    #[test]
    fn bytes_stand_for_exponentials_without_a_share() {
        let table = exponentials(1.0).expect("it is neither too flat nor too steep");
        // exp(-7) · 2^19 is 478, exp(-8) · 2^19 is 176.
        let (own, addends) = split(&table, 12);
        assert_eq!((own.len(), &addends[..]), (8, &[176, 65, 24, 9, 3, 1][..]));
        // exp(-6) is more than a 512th, and exp(-9) · 2^11 less than a half.
        let (own, addends) = split(&table, 20);
        assert_eq!((own.len(), &addends[..]), (7, &[2, 1][..]));
        assert_eq!(split(&[i32::MAX], 12), (&[i32::MAX][..], Vec::new()));
    }

    /// The shares of a row, with one table or with two.
    fn shares(row: &[i8], integer_bits: i32, own: &[i32], addends: &[u8]) -> Vec<u8> {
        let input: Vec<_> = row.iter().copied().map(Cell::new).collect();
        let output = vec![Cell::new(0); row.len()];
        let p = Softmax { classes: row.len(), integer_bits };
        softmax_s8_u8(&p, Flash::from_slice(own), Flash::from_slice(addends), &input, &output);
        output.into_iter().map(Cell::into_inner).collect()
    }

    #[test]
    fn two_tables_give_what_one_gives() {
        let mut state = 1u32;
        let mut random = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        for steepness in [0.003, 0.02, 0.045, 0.06, 0.1, 0.3, 1.0, 2.7, 6.0, 20.0] {
            let table = exponentials(steepness).expect("it is neither too flat nor too steep");
            for integer_bits in [12, 13, 16, 20, 26] {
                let (own, addends) = split(&table, integer_bits);
                let check = |row: &[i8]| {
                    let expected = shares(row, integer_bits, &table, &[]);
                    let found = shares(row, integer_bits, own, &addends);
                    assert_eq!(found, expected, "{steepness} {integer_bits} {row:?}");
                };
                // The least sums, with which shares are greatest.
                (i8::MIN..=i8::MAX).for_each(|x| check(&[i8::MAX, x]));
                for at in 0..200 {
                    let (classes, spread) = (3 + at % 60, random());
                    let row: Vec<i8> =
                        (0..classes).map(|_| (random() & spread).wrapping_add(128).cast_signed()).collect();
                    check(&row);
                }
            }
        }
    }

    #[test]
    fn products_are_near_the_real_numbers() {
        let mut state = 1u32;
        let mut random = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        for steepness in [1e-4, 0.003, 0.02, 0.05, 0.1, 0.3, 1.0, 2.7, 6.0, 20.0] {
            let [sixteens, ones] = [16.0 * steepness, steepness].map(sixteen);
            for classes in [1, 2, 3, 10, 35, 300, 1001] {
                let spread = random();
                let row: Vec<i8> =
                    (0..classes).map(|_| (random() & spread).wrapping_add(128).cast_signed()).collect();
                let input: Vec<_> = row.iter().copied().map(Cell::new).collect();
                let output = vec![Cell::new(0u8); classes];
                let p = SoftmaxOfProducts { classes };
                let tables = [&sixteens, &ones].map(|table| Flash::from_slice(table));
                softmax_of_products_s8_u8(&p, tables[0], tables[1], &input, &output);
                let greatest = f64::from(row.iter().copied().max().unwrap_or(0));
                let exponential = |x: i8| ((f64::from(x) - greatest) * steepness).exp();
                let sum: f64 = row.iter().map(|&x| exponential(x)).sum();
                for (&x, y) in row.iter().zip(&output) {
                    let real = (256.0 * exponential(x) / sum).min(255.0);
                    let off = (f64::from(y.get()) - real).abs();
                    assert!(off <= 0.51, "{steepness} {classes}: {} for {real}", y.get());
                }
            }
        }
    }
}
