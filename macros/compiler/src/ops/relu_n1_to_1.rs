//! RELU_N1_TO_1: limits values to what lies from minus one to one.

use super::Op;
use super::activation::Activation;
use super::lookup::operands;
use super::relu::rescaled;
use crate::diagnostics::Problem;
use crate::graph::ElementType;
use crate::read::Reader;
use std::rc::Rc;

/// TensorFlow Lite Micro has no such operator, only the fused activation; TensorFlow Lite's brings the
/// input to the scale of the output, as RELU does.
pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    let (input, output, _) = operands(reader, &[ElementType::Int8])?;
    rescaled(reader, input, output, Activation::ReluN1To1)
}
