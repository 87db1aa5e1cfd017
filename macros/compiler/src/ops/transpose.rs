//! TRANSPOSE: the axes in another order.

use super::Op;
use super::movement::{Movement, Take};
use crate::diagnostics::Problem;
use crate::read::{CONVERT_AGAIN, Reader};
use std::rc::Rc;

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    reader.arity(2..=2, 1)?;
    let shape = &reader.tensor(reader.input(0)?).shape;
    let wanted = reader.integers(1, "the permutation")?;
    let permutation: Vec<usize> =
        wanted.iter().map(|&axis| reader.axis(axis, shape.len())).collect::<Result<_, _>>()?;
    let mut sorted = permutation.clone();
    sorted.sort_unstable();
    if !sorted.into_iter().eq(0..shape.len()) {
        return Err(Problem::new(
            format!("permutation {wanted:?} of {} dimensions", shape.len()),
            "each dimension stands in it once",
            CONVERT_AGAIN,
        ));
    }
    let sizes: Vec<usize> = permutation.iter().filter_map(|&axis| shape.get(axis).copied()).collect();
    reader.expect_shape(reader.output(0)?, "output", &sizes)?;
    Take::read(reader, 0, vec![Movement::permute(shape, &permutation)])
}
