//! What users of tiny-model see when something is wrong: see `cases`.
