//! SPACE_TO_BATCH_ND: every so many rows and columns of a picture become a picture of their own.

pub(crate) use super::blocks::to_batch as read;
