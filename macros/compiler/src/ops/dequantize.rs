//! DEQUANTIZE: from integers to real numbers.
//!
//! It can be read, but not lowered: before an output of the model it is removed, and elsewhere
//! refused, by passes.

use super::Op;
use crate::diagnostics::Problem;
use crate::graph::ElementType;
use crate::lower::{Bug, Lowering};
use crate::read::Reader;
use std::rc::Rc;

#[derive(Debug)]
struct Dequantize;

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    reader.arity(1..=1, 1)?;
    let (input, output) = (reader.input(0)?, reader.output(0)?);
    reader.one_of(input, "input", &[ElementType::Int8, ElementType::UInt8, ElementType::Int16])?;
    reader.one_of(output, "output", &[ElementType::Float32])?;
    reader.expect_shape(output, "output", &reader.tensor(input).shape)?;
    reader.per_tensor(input, "input")?;
    Ok(Rc::new(Dequantize))
}

impl Op for Dequantize {
    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug> {
        Err(to.bug(format_args!("a float tensor is left")))
    }
}
