//! NOT_EQUAL: whether two operands differ.

use super::Op;
use super::comparison::{self, Question};
use crate::diagnostics::Problem;
use crate::read::Reader;
use std::rc::Rc;

const NOT_EQUAL: Question = Question {
    kernels: ["not_equal_s8", "not_equal_s32", "not_equal_u8"],
    holds: |a, b| a != b,
    exchanged: false,
};

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    comparison::read(reader, &NOT_EQUAL)
}
