//! GREATER: whether one operand is greater than the other.

use super::Op;
use super::comparison::{self, Question};
use crate::diagnostics::Problem;
use crate::read::Reader;
use std::rc::Rc;

const GREATER: Question =
    Question { kernels: ["less_s8", "less_s32", ""], holds: |a, b| a > b, exchanged: true };

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    comparison::read(reader, &GREATER)
}
