//! PADV2: PAD with a value that is given, which the reference tells apart by the number of inputs.

pub(crate) use super::pad::read;
