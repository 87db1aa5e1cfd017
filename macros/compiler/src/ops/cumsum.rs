//! CUMSUM: running sums along an axis.

use super::{Op, add};
use crate::diagnostics::Problem;
use crate::graph::ElementType;
use crate::kernels::cumsum::Cumsum;
use crate::lower::{Bug, Lowering};
use crate::program::{Access, Arg};
use crate::read::{CONVERT_AGAIN, Reader};
use crate::schema::tflite;
use std::rc::Rc;

#[derive(Debug)]
struct Layer(Cumsum);

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    reader.arity(2..=2, 1)?;
    let (input, output) = (reader.input(0)?, reader.output(0)?);
    reader.one_of(input, "input", &[ElementType::Int8])?;
    reader.same_type(input, output)?;
    let options = reader.options(tflite::Operator::builtin_options_as_cumsum_options)?;
    let shape = &reader.tensor(input).shape;
    reader.expect_shape(output, "output", shape)?;
    let axis = match reader.integers(1, "the axis")?.as_slice() {
        &[axis] => reader.axis(axis, shape.len())?,
        axes => return Err(Problem::new(format!("axes {axes:?}"), "there is one", CONVERT_AGAIN)),
    };
    let [from, to] = add::rescaling(reader, input, output)?;
    Ok(Rc::new(Layer(Cumsum {
        along: shape.get(axis).copied().unwrap_or(1),
        inner: shape.iter().skip(axis.saturating_add(1)).product(),
        exclusive: options.exclusive(),
        reverse: options.reverse(),
        input: from,
        output: to,
    })))
}

impl Op for Layer {
    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug> {
        let (input, output) = (to.input(0)?, to.output(0)?);
        let args = vec![
            Arg::Window("input", to.read(input)?, Access::Read),
            Arg::Window("output", to.write(output)?, Access::Write),
        ];
        to.call("cumsum", "cumsum_s8", &self.0, args, 0);
        Ok(())
    }
}
