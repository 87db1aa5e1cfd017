//! PACK: inputs of one shape beside each other along a new axis.

use super::Op;
use super::movement::Join;
use crate::diagnostics::Problem;
use crate::read::{CONVERT_AGAIN, Reader};
use crate::schema::tflite;
use std::rc::Rc;

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    let count = reader.inputs.len();
    reader.arity(1..=reader.inputs.len().max(1), 1)?;
    let options = reader.options(tflite::Operator::builtin_options_as_pack_options)?;
    if usize::try_from(options.values_count()) != Ok(count) {
        return Err(Problem::new(
            format!("{count} inputs, and {} in the options", options.values_count()),
            "they must agree",
            CONVERT_AGAIN,
        ));
    }
    let mut shape = reader.tensor(reader.input(0)?).shape.clone();
    for index in 1..count {
        reader.expect_shape(reader.input(index)?, "an input", &shape)?;
    }
    let axis = reader.axis(options.axis(), shape.len().saturating_add(1))?;
    shape.insert(axis, 1);
    let shapes = vec![shape.clone(); count];
    shape.iter_mut().skip(axis).take(1).for_each(|size| *size = count);
    reader.expect_shape(reader.output(0)?, "output", &shape)?;
    Ok(Rc::new(Join::read(reader, &shapes, &shape, axis)?))
}
