//! EQUAL: whether two operands are equal.

use super::Op;
use super::comparison::{self, Question};
use crate::diagnostics::Problem;
use crate::read::Reader;
use std::rc::Rc;

const EQUAL: Question =
    Question { kernels: ["equal_s8", "equal_s32", "equal_u8"], holds: |a, b| a == b, exchanged: false };

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    comparison::read(reader, &EQUAL)
}
