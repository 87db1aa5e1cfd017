//! ARG_MIN: where the least value along an axis is.

use super::{Op, arg_max};
use crate::diagnostics::Problem;
use crate::read::Reader;
use std::rc::Rc;

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    arg_max::positions(reader, "arg_min_s8")
}
