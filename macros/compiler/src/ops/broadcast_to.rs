//! BROADCAST_TO: a tensor repeated along the dimensions in which it has one element only.

use super::Op;
use super::movement::{Movement, Take};
use crate::diagnostics::Problem;
use crate::read::{CONVERT_AGAIN, Reader};
use std::rc::Rc;

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    reader.arity(2..=2, 1)?;
    let from = &reader.tensor(reader.input(0)?).shape;
    let given = reader.integers(1, "the new shape")?;
    let to: Option<Vec<usize>> = given.iter().map(|&size| usize::try_from(size).ok()).collect();
    let fits = |to: &Vec<usize>| {
        to.len() >= from.len() && from.iter().rev().zip(to.iter().rev()).all(|(&f, &t)| f == 1 || f == t)
    };
    let Some(to) = to.filter(fits) else {
        return Err(Problem::new(
            format!("shape {from:?} becomes {given:?}"),
            "counted from the last, dimensions must stay, or have been 1",
            CONVERT_AGAIN,
        ));
    };
    reader.expect_shape(reader.output(0)?, "output", &to)?;
    Take::repeat(reader, 0, Movement::broadcast(from, &to))
}
