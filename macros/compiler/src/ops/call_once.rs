//! CALL_ONCE: another graph of the file, which gives variables the values that they start with.

use super::Op;
use crate::diagnostics::Problem;
use crate::graph::Effect;
use crate::lower::{Bug, Lowering};
use crate::read::{CONVERT_AGAIN, Reader};
use crate::schema::tflite;
use std::rc::Rc;

#[derive(Debug)]
struct Once(usize);

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    reader.arity(0..=0, 0)?;
    let options = reader.options(tflite::Operator::builtin_options_as_call_once_options)?;
    let graph = options.init_subgraph_index();
    let graph = usize::try_from(graph).map_err(|_| {
        Problem::new(format!("graph {graph} is to run once"), "graphs count from 0", CONVERT_AGAIN)
    })?;
    Ok(Rc::new(Once(graph)))
}

impl Op for Once {
    fn effect(&self) -> Effect {
        Effect::Initializes(self.0)
    }

    /// Import has run the graph.
    fn lower(&self, _: &mut Lowering<'_>) -> Result<(), Bug> {
        Ok(())
    }
}
