//! SQUEEZE: the same elements without axes of one element; costs nothing.

use super::Op;
use super::reshape::Reshape;
use crate::diagnostics::Problem;
use crate::read::{CONVERT_AGAIN, Reader};
use crate::schema::tflite;
use std::rc::Rc;

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    reader.arity(1..=1, 1)?;
    let (input, output) = (reader.input(0)?, reader.output(0)?);
    reader.same_type(input, output)?;
    let options = reader.options(tflite::Operator::builtin_options_as_squeeze_options)?;
    let shape = &reader.tensor(input).shape;
    let wanted: Vec<i32> = options.squeeze_dims().into_iter().flatten().collect();
    let axes: Vec<usize> =
        wanted.iter().map(|&axis| reader.axis(axis, shape.len())).collect::<Result<_, _>>()?;
    if axes.iter().any(|&axis| shape.get(axis) != Some(&1)) {
        return Err(Problem::new(
            format!("axes {wanted:?} of shape {shape:?} are to go"),
            "only axes of one element can",
            CONVERT_AGAIN,
        ));
    }
    // No axes given means all that can go.
    let goes = |axis: usize, size: usize| size == 1 && (axes.is_empty() || axes.contains(&axis));
    let kept = shape.iter().enumerate().filter(|&(axis, &size)| !goes(axis, size));
    let kept: Vec<usize> = kept.map(|(_, &size)| size).collect();
    reader.expect_shape(output, "output", &kept)?;
    Ok(Rc::new(Reshape))
}
