//! REDUCE_MAX: the greatest value along some dimensions.

use super::{Op, reduction};
use crate::diagnostics::Problem;
use crate::read::Reader;
use std::rc::Rc;

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    reduction::extremum(reader, "reduce_max_s8")
}
