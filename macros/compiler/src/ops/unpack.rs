//! UNPACK: the slices along an axis, each without it.

use super::Op;
use super::movement::{Movement, Take};
use crate::diagnostics::Problem;
use crate::read::{CONVERT_AGAIN, Reader};
use crate::schema::tflite;
use std::rc::Rc;

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    let count = reader.outputs.len();
    reader.arity(1..=1, count)?;
    let options = reader.options(tflite::Operator::builtin_options_as_unpack_options)?;
    let shape = &reader.tensor(reader.input(0)?).shape;
    let axis = reader.axis(options.axis(), shape.len())?;
    let along = shape.get(axis).copied().unwrap_or(0);
    if along != count || usize::try_from(options.num()) != Ok(count) {
        return Err(Problem::new(
            format!("{count} outputs, {} in the options, {along} along axis {axis}", options.num()),
            "they must agree",
            CONVERT_AGAIN,
        ));
    }
    let mut sizes = shape.clone();
    sizes.remove(axis);
    for &output in reader.outputs {
        reader.expect_shape(output, "output", &sizes)?;
    }
    sizes.insert(axis, 1);
    let steps = vec![1; shape.len()];
    let parts = (0..count).map(|index| {
        let begin: Vec<usize> = (0..shape.len()).map(|at| if at == axis { index } else { 0 }).collect();
        Movement::slice(shape, &begin, &steps, &sizes)
    });
    Take::read(reader, 0, parts.collect())
}
