//! SUM: the sum along some dimensions, brought to the scale of the output.

pub(crate) use super::mean::read_sum as read;
