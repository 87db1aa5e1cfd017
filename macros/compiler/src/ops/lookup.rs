//! What unary operators share: each output depends on the one input at its place.

use super::channels::Channels;
use super::{Elementwise, Op};
use crate::diagnostics::Problem;
use crate::graph::{ElementType, TensorId};
use crate::kernels::clamp::Clamp;
use crate::kernels::lookup::Lookup;
use crate::lower::{Bug, Lowering};
use crate::program::{Access, Arg, Constant, Params, View};
use crate::ranges::{Interval, Known, Ranges};
use crate::read::{QUANTIZE, Reader};
use std::rc::Rc;

/// Input and output of a unary operator, which have one type and one shape.
pub(crate) fn operands(
    reader: &Reader<'_>,
    types: &[ElementType],
) -> Result<(TensorId, TensorId, ElementType), Problem> {
    reader.arity(1..=1, 1)?;
    let (input, output) = (reader.input(0)?, reader.output(0)?);
    let ty = reader.one_of(input, "input", types)?;
    reader.same_type(input, output)?;
    reader.expect_shape(output, "output", &reader.tensor(input).shape)?;
    Ok((input, output, ty))
}

/// Checks that the output is quantized in the one way in which an operator computes it.
pub(crate) fn fixed_output(
    reader: &Reader<'_>,
    output: TensorId,
    wanted: (f32, i32),
    tolerance: f32,
) -> Result<(), Problem> {
    let (scale, zero_point) = reader.per_tensor(output, "output")?;
    let (wanted, wanted_zero_point) = wanted;
    if (scale - wanted).abs() > wanted * tolerance || zero_point != wanted_zero_point {
        let ty = reader.tensor(output).ty;
        return Err(Problem::new(
            format!("output is {ty} with scale {scale} and zero point {zero_point}"),
            format!(
                "{} computes {ty} with scale {wanted} and zero point {wanted_zero_point}, always",
                reader.name
            ),
            QUANTIZE,
        ));
    }
    Ok(())
}

/// An operator on `int8` as the table of its outputs.
#[derive(Debug)]
struct Table(Vec<i8>);

/// What two limits, one after the other, leave.
pub(crate) fn limited((low, high): (i32, i32), least: i32, greatest: i32) -> (i32, i32) {
    let limit = |x: i32| x.max(least).min(greatest);
    (limit(low), limit(high))
}

/// What a table makes of all values of an interval.
pub(crate) fn values(table: &[i8], x: Interval) -> Interval {
    let value = |x: i32| table.get(usize::from((x as i8).cast_unsigned())).map(|&y| i32::from(y));
    let all = Interval::of_type(ElementType::Int8);
    let x = x.clamped(all.least, all.greatest);
    Interval::around((x.least..=x.greatest).filter_map(value)).unwrap_or(all)
}

/// The operator that computes `function` of each element, whose results are saturated.
pub(crate) fn table(function: impl Fn(i32) -> i32) -> Rc<dyn Op> {
    let bytes = 0..=u8::MAX;
    let saturated = |x: i32| function(x).clamp(i8::MIN.into(), i8::MAX.into()) as i8;
    Rc::new(Table(bytes.map(|byte| saturated(byte.cast_signed().into())).collect()))
}

impl Op for Table {
    fn ranges(&self, known: &Known<'_>) -> Option<Vec<Ranges>> {
        Some(vec![known.ranges(0)?.map(|x| values(&self.0, x))])
    }

    fn channels(&self, known: &Known<'_>) -> Channels {
        Channels::each(known, &[0])
    }

    fn limited(&self, least: i32, greatest: i32) -> Option<Rc<dyn Op>> {
        let limit = |&y: &i8| i32::from(y).max(least).min(greatest) as i8;
        Some(Rc::new(Self(self.0.iter().map(limit).collect())))
    }

    fn elementwise(&self, _: &Known<'_>) -> Option<Elementwise> {
        let table = self.0.clone();
        let value = move |x: i32| {
            let y = table.get(usize::from((x as i8).cast_unsigned()));
            y.map_or(0, |&y| y.into())
        };
        Some(Elementwise { input: 0, function: Box::new(value), is_table: true, is_cheap: false })
    }

    fn is_identity(&self, known: &Known<'_>) -> bool {
        let range = known.ranges(0).map(|ranges| ranges.hull());
        let same =
            |x: i32| self.0.get(usize::from((x as i8).cast_unsigned())).is_some_and(|&y| i32::from(y) == x);
        range.is_some_and(|range| (range.least..=range.greatest).all(same))
    }

    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug> {
        let table = Arg::Constant(Constant::int8("TABLE", self.0.iter().copied()));
        in_place(to, "lookup", "lookup_s8", &Lookup, vec![table])
    }
}

/// An operator that only limits its input.
#[derive(Debug)]
pub(crate) struct Limits {
    pub(crate) ty: ElementType,
    pub(crate) least: i32,
    pub(crate) greatest: i32,
}

impl Op for Limits {
    fn ranges(&self, known: &Known<'_>) -> Option<Vec<Ranges>> {
        Some(vec![known.ranges(0)?.map(|values| values.clamped(self.least, self.greatest))])
    }

    fn channels(&self, known: &Known<'_>) -> Channels {
        Channels::each(known, &[0])
    }

    fn limits(&self, _: &Known<'_>) -> Option<(usize, i32, i32)> {
        Some((0, self.least, self.greatest))
    }

    fn limited(&self, least: i32, greatest: i32) -> Option<Rc<dyn Op>> {
        let (least, greatest) = limited((self.least, self.greatest), least, greatest);
        Some(Rc::new(Self { ty: self.ty, least, greatest }))
    }

    fn is_identity(&self, known: &Known<'_>) -> bool {
        let range = known.ranges(0).map(|ranges| ranges.hull());
        range.is_some_and(|range| self.least <= range.least && range.greatest <= self.greatest)
    }

    fn elementwise(&self, _: &Known<'_>) -> Option<Elementwise> {
        let Self { least, greatest, .. } = *self;
        let value = move |x: i32| x.max(least).min(greatest);
        Some(Elementwise { input: 0, function: Box::new(value), is_table: false, is_cheap: true })
    }

    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug> {
        let Self { ty, least, greatest } = *self;
        if ty.range().is_some_and(|(low, high)| least <= low && greatest >= high) {
            return to.alias(to.output(0)?, to.input(0)?, 0);
        }
        let kernel = if ty == ElementType::Int16 { "clamp_s16" } else { "clamp_s8" };
        in_place(to, "clamp", kernel, &Clamp { least, greatest }, Vec::new())
    }
}

/// A call of a kernel from one window to another, which may be the same.
pub(crate) fn in_place(
    to: &mut Lowering<'_>,
    module: &'static str,
    kernel: &'static str,
    params: &dyn Params,
    mut args: Vec<Arg>,
) -> Result<(), Bug> {
    let input: View = to.read(to.input(0)?)?;
    let output: View = to.write(to.output(0)?)?;
    args.push(Arg::Window("input", input, Access::ReadInPlace));
    args.push(Arg::Window("output", output, Access::WriteInPlace));
    to.call(module, kernel, params, args, 0);
    Ok(())
}
