//! FILL: a tensor of one value.

use super::Op;
use super::movement::{Movement, Take};
use crate::diagnostics::Problem;
use crate::read::{CONVERT_AGAIN, Reader};
use std::rc::Rc;

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    reader.arity(2..=2, 1)?;
    let (value, output) = (reader.input(1)?, reader.output(0)?);
    let given = reader.integers(0, "the shape")?;
    let shape = &reader.tensor(output).shape;
    let agrees = given.len() == shape.len()
        && given.iter().zip(shape).all(|(&given, &found)| usize::try_from(given) == Ok(found));
    if !agrees || reader.tensor(value).elements() != 1 {
        return Err(Problem::new(
            format!(
                "values of shape {:?}, shape {given:?}, output of shape {shape:?}",
                reader.tensor(value).shape
            ),
            "there is one value, and the shapes must agree",
            CONVERT_AGAIN,
        ));
    }
    Take::repeat(reader, 1, Movement::broadcast(&[], shape))
}
