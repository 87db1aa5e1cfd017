//! EMBEDDING_LOOKUP: rows of a table, chosen by their numbers.

use super::Op;
use super::gather::{Slices, slices, types};
use crate::diagnostics::Problem;
use crate::kernels::gather::Gather;
use crate::read::{CONVERT_AGAIN, Reader};
use std::rc::Rc;

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    reader.arity(2..=2, 1)?;
    let (positions, table, output) = (reader.input(0)?, reader.input(1)?, reader.output(0)?);
    types(reader, table, positions, output)?;
    let [picked] = reader.dimensions(positions, "the list of numbers")?;
    let shape = &reader.tensor(table).shape;
    let (Some((&rows, row)), 2..) = (shape.split_first(), shape.len()) else {
        return Err(Problem::new(format!("a table of shape {shape:?}"), "it must have rows", CONVERT_AGAIN));
    };
    reader.expect_shape(output, "output", &[&[picked], row].concat())?;
    let params = Gather { outer: 1, along: rows, picked, inner: row.iter().product() };
    slices(reader, Slices { values: 1, positions: 0, params })
}
