//! TILE: a tensor several times along its axes.

use super::Op;
use super::movement::{Movement, Take};
use crate::diagnostics::Problem;
use crate::read::{CONVERT_AGAIN, Reader};
use std::rc::Rc;

/// TensorFlow Lite Micro has no such operator; this is TensorFlow Lite's.
pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    reader.arity(2..=2, 1)?;
    let shape = &reader.tensor(reader.input(0)?).shape;
    let given = reader.integers(1, "the list of multiples")?;
    let times: Option<Vec<usize>> =
        given.iter().map(|&n| usize::try_from(n).ok().filter(|&n| n > 0)).collect();
    let Some(times) = times.filter(|times| times.len() == shape.len()) else {
        return Err(Problem::new(
            format!("multiples {given:?} of shape {shape:?}"),
            "there must be one for each axis, and none of them 0",
            CONVERT_AGAIN,
        ));
    };
    let sizes: Vec<usize> = shape.iter().zip(&times).map(|(&size, &n)| size.saturating_mul(n)).collect();
    reader.expect_shape(reader.output(0)?, "output", &sizes)?;
    Take::repeat(reader, 0, Movement::tile(shape, &times))
}
