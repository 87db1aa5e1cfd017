//! What the operators of TensorFlow Lite Micro's audio front end share. They are custom operators of its own.

use crate::diagnostics::Problem;
use crate::graph::{ElementType, TensorId};
use crate::lower::{Bug, Lowering};
use crate::program::{Access, Arg};
use crate::read::{CONVERT_AGAIN, Reader};

/// Samples that a stream may be late by, and steps that are counted.
pub(super) const MOST_STEPS: i32 = u16::MAX as i32;

/// Checks the type of a tensor.
pub(super) fn typed(reader: &Reader<'_>, id: TensorId, role: &str, ty: ElementType) -> Result<(), Problem> {
    let found = reader.tensor(id).ty;
    fit(found == ty, || format!("{role} is {found}"), &format!("{} has {role} of type {ty}", reader.name))
}

/// Checks the shape of a tensor.
pub(super) fn shaped(reader: &Reader<'_>, id: TensorId, role: &str, shape: &[usize]) -> Result<(), Problem> {
    let found = &reader.tensor(id).shape;
    let why = format!("{} has {role} of shape {shape:?} here", reader.name);
    fit(found == shape, || format!("{role} of shape {found:?}"), &why)
}

/// Checks that a tensor is a list of this type; its length.
pub(super) fn list(reader: &Reader<'_>, id: TensorId, role: &str, ty: ElementType) -> Result<usize, Problem> {
    typed(reader, id, role, ty)?;
    let [len] = reader.dimensions(id, role)?;
    Ok(len)
}

/// Checks that a tensor is a list of so many elements of this type.
pub(super) fn list_of(
    reader: &Reader<'_>,
    id: TensorId,
    role: &str,
    ty: ElementType,
    len: usize,
) -> Result<(), Problem> {
    typed(reader, id, role, ty)?;
    shaped(reader, id, role, &[len])
}

/// The innermost dimension of a tensor, and how often it is there.
pub(super) fn innermost(reader: &Reader<'_>, id: TensorId) -> Result<(usize, usize), Problem> {
    let tensor = reader.tensor(id);
    let len = tensor.shape.last().copied().unwrap_or(1);
    Ok((len, tensor.elements().checked_div(len).unwrap_or(0)))
}

/// Refuses what does not fit together.
pub(super) fn fit(fits: bool, what: impl FnOnce() -> String, why: &str) -> Result<(), Problem> {
    match fits {
        true => Ok(()),
        false => Err(Problem::new(what(), why, CONVERT_AGAIN)),
    }
}

/// A window of an input that is read element by element.
pub(super) fn each(to: &mut Lowering<'_>, name: &'static str, index: usize) -> Result<Arg, Bug> {
    let id = to.input(index)?;
    Ok(Arg::Window(name, to.read(id)?, Access::ReadInPlace))
}

/// A window of an output that may take the place of an input.
pub(super) fn in_place(to: &mut Lowering<'_>, name: &'static str, index: usize) -> Result<Arg, Bug> {
    let id = to.output(index)?;
    Ok(Arg::Window(name, to.write(id)?, Access::WriteInPlace))
}

/// A window of an input.
pub(super) fn input(to: &mut Lowering<'_>) -> Result<Arg, Bug> {
    let id = to.input(0)?;
    Ok(Arg::Window("input", to.read(id)?, Access::Read))
}

/// A window of an output.
pub(super) fn output(to: &mut Lowering<'_>, name: &'static str, index: usize) -> Result<Arg, Bug> {
    let id = to.output(index)?;
    Ok(Arg::Window(name, to.write(id)?, Access::Write))
}

/// Memory that is kept from one call to the next, zeros at first.
pub(super) fn state(
    to: &mut Lowering<'_>,
    name: &'static str,
    ty: ElementType,
    len: usize,
) -> Result<Arg, Bug> {
    let view = to.state(ty, len, crate::graph::Contents::Fill(0))?;
    Ok(Arg::Window(name, view, Access::Update))
}
