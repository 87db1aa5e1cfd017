//! REVERSE_V2: some axes back to front.

use super::Op;
use super::movement::{Movement, Take};
use crate::diagnostics::Problem;
use crate::read::Reader;
use std::collections::BTreeSet;
use std::rc::Rc;

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    reader.arity(2..=2, 1)?;
    let (input, output) = (reader.input(0)?, reader.output(0)?);
    let shape = &reader.tensor(input).shape;
    reader.expect_shape(output, "output", shape)?;
    let axes = reader.integers(1, "the list of axes")?;
    let axes: BTreeSet<usize> =
        axes.iter().map(|&axis| reader.axis(axis, shape.len())).collect::<Result<_, _>>()?;
    let neighbours = axes.iter().zip(axes.iter().skip(1)).all(|(a, b)| a.checked_add(1) == Some(*b));
    if !neighbours {
        return Err(Problem::new(
            format!("axes {axes:?}"),
            "they must be neighbours, in the reference too",
            "reverse one axis after the other",
        ));
    }
    let sides = shape.iter().enumerate().map(|(axis, &size)| match axes.contains(&axis) {
        true => (size.saturating_sub(1), -1),
        false => (0, 1),
    });
    let (begin, steps): (Vec<usize>, Vec<i32>) = sides.unzip();
    Take::read(reader, 0, vec![Movement::slice(shape, &begin, &steps, shape)])
}
