//! LESS_EQUAL: whether one operand is not greater than the other.

use super::Op;
use super::comparison::{self, Question};
use crate::diagnostics::Problem;
use crate::read::Reader;
use std::rc::Rc;

const LESS_EQUAL: Question =
    Question { kernels: ["less_equal_s8", "less_equal_s32", ""], holds: |a, b| a <= b, exchanged: false };

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    comparison::read(reader, &LESS_EQUAL)
}
