//! LOGISTIC: `1 / (1 + exp(-x))`.

use super::Op;
use super::lookup::operands;
use super::sigmoid::{Function, read_8, read_16};
use crate::diagnostics::Problem;
use crate::graph::ElementType;
use crate::quantize::fixed_point::logistic;
use crate::read::Reader;
use std::rc::Rc;

const LOGISTIC: Function =
    Function { exact: logistic, bits: 8, zero_point: -128, kernel: "logistic_s16", exact_shifts: 0..=0 };

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    let (input, output, ty) = operands(reader, &[ElementType::Int8, ElementType::Int16])?;
    match ty {
        ElementType::Int8 => read_8(reader, input, output, &LOGISTIC),
        _ => read_16(reader, input, output, &LOGISTIC),
    }
}
