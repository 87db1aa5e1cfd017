//! TANH: the hyperbolic tangent.

use super::Op;
use super::lookup::operands;
use super::sigmoid::{Function, read_8, read_16};
use crate::diagnostics::Problem;
use crate::graph::ElementType;
use crate::quantize::fixed_point::tanh;
use crate::read::Reader;
use std::rc::Rc;

const TANH: Function =
    Function { exact: tanh, bits: 7, zero_point: 0, kernel: "tanh_s16", exact_shifts: 0..=1 };

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    let (input, output, ty) = operands(reader, &[ElementType::Int8, ElementType::Int16])?;
    match ty {
        ElementType::Int8 => read_8(reader, input, output, &TANH),
        _ => read_16(reader, input, output, &TANH),
    }
}
