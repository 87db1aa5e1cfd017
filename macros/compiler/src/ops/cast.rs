//! CAST: the same numbers in another type.

use super::Op;
use super::lookup::in_place;
use crate::diagnostics::Problem;
use crate::graph::ElementType::{Bool, Int8, Int16, Int32, UInt32};
use crate::kernels::cast::Cast;
use crate::lower::{Bug, Lowering};
use crate::read::Reader;
use std::rc::Rc;

#[derive(Debug)]
struct Layer {
    identity: bool,
}

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    reader.arity(1..=1, 1)?;
    let (input, output) = (reader.input(0)?, reader.output(0)?);
    let from = reader.one_of(input, "input", &[Int8, Int16, Int32, UInt32, Bool])?;
    let to = reader.one_of(output, "output", &[Int8, Int16, Int32, UInt32])?;
    reader.expect_shape(output, "output", &reader.tensor(input).shape)?;
    // Types of one size differ in name only: what does not fit wraps.
    Ok(Rc::new(Layer { identity: from.size() == to.size() }))
}

impl Op for Layer {
    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug> {
        if self.identity {
            return to.alias(to.output(0)?, to.input(0)?, 0);
        }
        in_place(to, "cast", "cast", &Cast, Vec::new())
    }
}
