//! ARG_MAX: where the greatest value along an axis is.

use super::Op;
use crate::diagnostics::Problem;
use crate::graph::ElementType;
use crate::kernels::arg::Arg as Params;
use crate::lower::{Bug, Lowering};
use crate::program::{Access, Arg};
use crate::read::{CONVERT_AGAIN, Reader};
use std::rc::Rc;

#[derive(Debug)]
struct Layer {
    kernel: &'static str,
    params: Params,
}

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    positions(reader, "arg_max_s8")
}

/// The place of one element along an axis; of several equal ones, the first.
pub(super) fn positions(reader: &Reader<'_>, kernel: &'static str) -> Result<Rc<dyn Op>, Problem> {
    reader.arity(2..=2, 1)?;
    let (input, axis, output) = (reader.input(0)?, reader.input(1)?, reader.output(0)?);
    reader.one_of(input, "input", &[ElementType::Int8])?;
    reader.one_of(axis, "axis", &[ElementType::Int32])?;
    reader.one_of(output, "output", &[ElementType::Int32])?;
    let shape = &reader.tensor(input).shape;
    let axis = match reader.integers(1, "the axis")?.as_slice() {
        &[axis] => reader.axis(axis, shape.len())?,
        axes => return Err(Problem::new(format!("axes {axes:?}"), "there is one", CONVERT_AGAIN)),
    };
    let mut kept = shape.clone();
    let along = kept.remove(axis);
    reader.expect_shape(output, "output", &kept)?;
    let inner = kept.iter().skip(axis).product();
    Ok(Rc::new(Layer { kernel, params: Params { along, inner } }))
}

impl Op for Layer {
    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug> {
        let (input, output) = (to.input(0)?, to.output(0)?);
        let args = vec![
            Arg::Window("input", to.read(input)?, Access::Read),
            Arg::Window("output", to.write(output)?, Access::Write),
        ];
        to.call("arg", self.kernel, &self.params, args, 0);
        Ok(())
    }
}
