//! What REDUCE_MAX and REDUCE_MIN share: all but the comparison.

use super::Op;
use super::mean::{Loops, reduction};
use crate::diagnostics::Problem;
use crate::graph::ElementType;
use crate::kernels::reduce::Reduce;
use crate::lower::{Bug, Lowering};
use crate::program::{Access, Arg};
use crate::read::{QUANTIZE, Reader};
use std::rc::Rc;

#[derive(Debug)]
struct Layer {
    kernel: &'static str,
    dimensions: Vec<(usize, bool)>,
}

/// The greatest or least integers, which must mean the same in the output.
pub(crate) fn extremum(reader: &Reader<'_>, kernel: &'static str) -> Result<Rc<dyn Op>, Problem> {
    let dimensions = reduction(reader, &[ElementType::Int8])?;
    let from = reader.per_tensor(reader.input(0)?, "input")?;
    let to = reader.per_tensor(reader.output(0)?, "output")?;
    if from != to {
        return Err(Problem::new(
            format!("scale and zero point {from:?} become {to:?}"),
            format!("{} leaves both as they are, in the reference too", reader.name),
            QUANTIZE,
        ));
    }
    Ok(Rc::new(Layer { kernel, dimensions }))
}

impl Op for Layer {
    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug> {
        let (input, output) = (to.input(0)?, to.output(0)?);
        let Loops { kept, inner, reduced } = Loops::of(&self.dimensions);
        let args = vec![
            Arg::Window("input", to.read(input)?, Access::Read),
            Arg::Window("output", to.write(output)?, Access::Write),
        ];
        to.call("reduce", self.kernel, &Reduce { kept, inner, reduced }, args, 0);
        Ok(())
    }
}
