//! VAR_HANDLE: refers to the variable of a name.

use super::Op;
use crate::diagnostics::Problem;
use crate::graph::{Effect, ElementType};
use crate::lower::{Bug, Lowering};
use crate::read::Reader;
use crate::schema::tflite;
use std::rc::Rc;

#[derive(Debug)]
struct Handle(String);

/// Variables of one container and name are one, in all graphs of the file.
pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    reader.arity(0..=0, 1)?;
    reader.one_of(reader.output(0)?, "output", &[ElementType::Resource])?;
    let options = reader.options(tflite::Operator::builtin_options_as_var_handle_options)?;
    let [container, name] = [options.container(), options.shared_name()].map(Option::unwrap_or_default);
    Ok(Rc::new(Handle(match container {
        "" => name.to_owned(),
        // No name in a file that C++ reads has a zero in it.
        _ => format!("{container}\0{name}"),
    })))
}

impl Op for Handle {
    fn effect(&self) -> Effect {
        Effect::Names(self.0.clone())
    }

    /// Import has put the variable's number into the output.
    fn lower(&self, _: &mut Lowering<'_>) -> Result<(), Bug> {
        Ok(())
    }
}
