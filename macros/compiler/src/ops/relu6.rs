//! RELU6: limits values to what lies from zero to six.

use super::Op;
use super::activation::Activation;
use super::lookup::{Limits, operands};
use crate::diagnostics::Problem;
use crate::graph::ElementType;
use crate::read::Reader;
use std::rc::Rc;

/// As in the reference, the scale and zero point of the output do not count: what is left of the
/// input's integers are the output's.
pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    let (input, output, ty) = operands(reader, &[ElementType::Int8, ElementType::Int16])?;
    let (scale, zero_point) = reader.per_tensor(input, "input")?;
    reader.per_tensor(output, "output")?;
    let (least, greatest) = Activation::Relu6.range(scale, zero_point, ty);
    Ok(Rc::new(Limits { ty, least, greatest }))
}
