//! L2_NORMALIZATION: every row along the last dimension, divided by its length.

use super::Op;
use super::lookup::{fixed_output, in_place, operands};
use crate::diagnostics::Problem;
use crate::graph::ElementType;
use crate::kernels::l2_normalization::L2Normalization;
use crate::lower::{Bug, Lowering};
use crate::read::{CONVERT_AGAIN, Reader};
use crate::schema::tflite;
use std::rc::Rc;

#[derive(Debug)]
struct Layer(L2Normalization);

/// The sum of as many squares of differences of `int8` fits into 32 bits.
const MAX_DEPTH: usize = 1 << 15;

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    let (input, output, _) = operands(reader, &[ElementType::Int8])?;
    let options = reader.options(tflite::Operator::builtin_options_as_l2_norm_options)?;
    let activation = options.fused_activation_function();
    if activation != tflite::ActivationFunctionType::NONE {
        return Err(Problem::new(
            format!("fused activation {}", activation.variant_name().unwrap_or("unknown")),
            "the reference fuses none into L2_NORMALIZATION",
            "make the activation a layer of its own",
        ));
    }
    let (_, zero_point) = reader.per_tensor(input, "input")?;
    fixed_output(reader, output, (1.0 / 128.0, 0), 0.001)?;
    match reader.tensor(input).shape.last() {
        Some(&depth) if depth <= MAX_DEPTH => Ok(Rc::new(Layer(L2Normalization { depth, zero_point }))),
        depth => Err(Problem::new(
            format!("rows of {} elements", depth.copied().unwrap_or(0)),
            format!("they must have from 1 to {MAX_DEPTH}, or squares leave 32 bits"),
            CONVERT_AGAIN,
        )),
    }
}

impl Op for Layer {
    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug> {
        in_place(to, "l2_normalization", "l2_normalization_s8", &self.0, Vec::new())
    }
}
