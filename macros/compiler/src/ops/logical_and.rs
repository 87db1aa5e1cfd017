//! LOGICAL_AND: whether both operands are true.

use super::Op;
use super::logical::binary;
use crate::diagnostics::Problem;
use crate::read::Reader;
use std::rc::Rc;

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    binary(reader, "logical_and_u8", |a, b| (a != 0 && b != 0).into())
}
