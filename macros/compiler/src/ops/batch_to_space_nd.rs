//! BATCH_TO_SPACE_ND: several pictures become one, row by row and column by column in turns.

pub(crate) use super::blocks::to_space as read;
