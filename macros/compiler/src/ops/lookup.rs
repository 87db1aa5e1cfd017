//! What unary operators share: each output depends on the one input at its place.

use super::Op;
use crate::diagnostics::Problem;
use crate::graph::{ElementType, TensorId};
use crate::kernels::clamp::Clamp;
use crate::kernels::lookup::Lookup;
use crate::lower::{Bug, Lowering};
use crate::program::{Access, Arg, Constant, View};
use crate::read::{QUANTIZE, Reader};
use std::fmt;
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

/// The operator that computes `function` of each element, whose results are saturated.
pub(crate) fn table(function: impl Fn(i32) -> i32) -> Rc<dyn Op> {
    let bytes = 0..=u8::MAX;
    let saturated = |x: i32| function(x).clamp(i8::MIN.into(), i8::MAX.into()) as i8;
    Rc::new(Table(bytes.map(|byte| saturated(byte.cast_signed().into())).collect()))
}

impl Op for Table {
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
    params: &dyn fmt::Debug,
    mut args: Vec<Arg>,
) -> Result<(), Bug> {
    let input: View = to.read(to.input(0)?)?;
    let output: View = to.write(to.output(0)?)?;
    args.push(Arg::Window("input", input, Access::ReadInPlace));
    args.push(Arg::Window("output", output, Access::WriteInPlace));
    to.call(module, kernel, params, args, 0);
    Ok(())
}
