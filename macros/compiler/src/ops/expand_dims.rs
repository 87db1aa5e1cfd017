//! EXPAND_DIMS: the same elements with a new axis of one element; costs nothing.

use super::Op;
use super::reshape::Reshape;
use crate::diagnostics::Problem;
use crate::read::{CONVERT_AGAIN, Reader};
use std::rc::Rc;

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    reader.arity(2..=2, 1)?;
    let (input, output) = (reader.input(0)?, reader.output(0)?);
    reader.same_type(input, output)?;
    let mut shape = reader.tensor(input).shape.clone();
    match reader.integers(1, "the axis")?.as_slice() {
        &[axis] => shape.insert(reader.axis(axis, shape.len().saturating_add(1))?, 1),
        axes => return Err(Problem::new(format!("axes {axes:?}"), "there is one", CONVERT_AGAIN)),
    }
    reader.expect_shape(output, "output", &shape)?;
    Ok(Rc::new(Reshape))
}
