//! READ_VARIABLE: the value of a variable, where it lies.

use super::Op;
use crate::diagnostics::Problem;
use crate::graph::{Effect, TensorId, VariableId};
use crate::lower::{Bug, Lowering};
use crate::ops::movement::MOVABLE;
use crate::read::Reader;
use std::rc::Rc;

#[derive(Debug)]
struct Read(VariableId, TensorId);

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    reader.arity(1..=1, 1)?;
    let output = reader.output(0)?;
    reader.one_of(output, "output", &MOVABLE)?;
    Ok(Rc::new(Read(reader.variable(0)?, output)))
}

impl Op for Read {
    fn effect(&self) -> Effect {
        Effect::Reads(self.0, self.1)
    }

    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug> {
        to.read_variable(self.0, self.1)
    }
}
