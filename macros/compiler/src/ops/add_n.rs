//! ADD_N: the sum of any number of operands of one shape and scale.

use super::{Op, add};
use crate::diagnostics::Problem;
use crate::graph::ElementType;
use crate::kernels::add_n::AddN;
use crate::lower::{Bug, Lowering};
use crate::program::{Access, Arg};
use crate::read::{QUANTIZE, Reader};
use std::rc::Rc;

/// Kernels, by the number of operands from two on.
const KERNELS: [&str; 7] =
    ["add_2_s8", "add_3_s8", "add_4_s8", "add_5_s8", "add_6_s8", "add_7_s8", "add_8_s8"];
/// Names of their operands.
const NAMES: [(&str, &str); 8] =
    [("a", "A"), ("b", "B"), ("c", "C"), ("d", "D"), ("e", "E"), ("f", "F"), ("g", "G"), ("h", "H")];

#[derive(Debug)]
struct Layer {
    kernel: &'static str,
    params: AddN,
}

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    reader.arity(2..=NAMES.len(), 1)?;
    let (first, output) = (reader.input(0)?, reader.output(0)?);
    reader.one_of(first, "operand", &[ElementType::Int8])?;
    reader.same_type(first, output)?;
    let shape = &reader.tensor(first).shape;
    reader.expect_shape(output, "output", shape)?;
    let meaning = reader.per_tensor(first, "operand")?;
    for index in 1..reader.inputs.len() {
        let other = reader.input(index)?;
        reader.same_type(first, other)?;
        reader.expect_shape(other, "operand", shape)?;
        let found = reader.per_tensor(other, "operand")?;
        if found != meaning {
            return Err(Problem::new(
                format!("operands have scales and zero points {meaning:?} and {found:?}"),
                "they must be equal, in the reference too",
                QUANTIZE,
            ));
        }
    }
    let [operand, output] = add::rescaling(reader, first, output)?;
    let kernel = reader.inputs.len().checked_sub(2).and_then(|index| KERNELS.get(index));
    Ok(Rc::new(Layer { kernel: kernel.copied().unwrap_or_default(), params: AddN { operand, output } }))
}

impl Op for Layer {
    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug> {
        let mut args = Vec::new();
        for (index, (name, constant)) in NAMES.into_iter().enumerate() {
            if let Some(id) = to.optional_input(index) {
                args.push(to.operand(name, constant, id)?);
            }
        }
        args.push(Arg::Window("output", to.write(to.output(0)?)?, Access::WriteInPlace));
        to.call("add_n", self.kernel, &self.params, args, 0);
        Ok(())
    }
}
