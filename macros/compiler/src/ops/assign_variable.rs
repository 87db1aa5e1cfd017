//! ASSIGN_VARIABLE: gives a variable another value.

use super::Op;
use crate::diagnostics::Problem;
use crate::graph::{Effect, TensorId, VariableId};
use crate::lower::{Bug, Lowering};
use crate::ops::movement::MOVABLE;
use crate::read::Reader;
use std::rc::Rc;

#[derive(Debug)]
struct Assign(VariableId, TensorId);

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    reader.arity(2..=2, 0)?;
    let value = reader.input(1)?;
    reader.one_of(value, "value", &MOVABLE)?;
    Ok(Rc::new(Assign(reader.variable(0)?, value)))
}

impl Op for Assign {
    fn effect(&self) -> Effect {
        Effect::Assigns(self.0, self.1)
    }

    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug> {
        to.assign_variable(self.0, self.1)
    }
}
