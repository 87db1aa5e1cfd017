//! SPLIT: equal pieces along an axis.

use super::Op;
use super::movement::{Movement, Take};
use crate::diagnostics::Problem;
use crate::read::{CONVERT_AGAIN, Reader};
use crate::schema::tflite;
use std::rc::Rc;

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    let count = reader.outputs.len();
    reader.arity(2..=2, count)?;
    let options = reader.options(tflite::Operator::builtin_options_as_split_options)?;
    let axis = split_axis(reader, 0, 1)?;
    let along = reader.tensor(reader.input(1)?).shape.get(axis).copied().unwrap_or(0);
    if usize::try_from(options.num_splits()) != Ok(count) || along.checked_rem(count) != Some(0) {
        return Err(Problem::new(
            format!("{count} outputs, {} in the options, {along} along axis {axis}", options.num_splits()),
            "all outputs have the same size",
            CONVERT_AGAIN,
        ));
    }
    pieces(reader, 1, axis, &vec![along.checked_div(count).unwrap_or(0); count])
}

/// The axis to split along: the only element of input `index`.
pub(super) fn split_axis(reader: &Reader<'_>, index: usize, input: usize) -> Result<usize, Problem> {
    let rank = reader.tensor(reader.input(input)?).shape.len();
    match reader.integers(index, "the axis")?.as_slice() {
        &[axis] => reader.axis(axis, rank),
        axes => Err(Problem::new(format!("axes {axes:?}"), "there is one", CONVERT_AGAIN)),
    }
}

/// Pieces of `sizes` along an axis of input `index`, one after the other, together all of it.
pub(super) fn pieces(
    reader: &Reader<'_>,
    index: usize,
    axis: usize,
    sizes: &[usize],
) -> Result<Rc<dyn Op>, Problem> {
    let shape = &reader.tensor(reader.input(index)?).shape;
    let steps = vec![1; shape.len()];
    let mut begin = vec![0; shape.len()];
    let mut parts = Vec::with_capacity(sizes.len());
    for (&size, &output) in sizes.iter().zip(reader.outputs) {
        let mut piece = shape.clone();
        piece.iter_mut().skip(axis).take(1).for_each(|along| *along = size);
        reader.expect_shape(output, "output", &piece)?;
        parts.push(Movement::slice(shape, &begin, &steps, &piece));
        begin.iter_mut().skip(axis).take(1).for_each(|along| *along = along.saturating_add(size));
    }
    Take::read(reader, index, parts)
}
