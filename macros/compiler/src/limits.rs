//! How large a model may be. No microcontroller holds more, and a file that was made to do harm takes
//! neither long nor much memory.

/// Bytes of a file, and of all its constants.
pub(crate) const MAX_BYTES: usize = 64 << 20;
/// Tensors of a model.
pub(crate) const MAX_TENSORS: usize = 20_000;
/// Operators of a model.
pub(crate) const MAX_OPERATORS: usize = 5_000;
/// Inputs of a model, and outputs: as many windows of the arena as can be open together.
pub(crate) const MAX_PORTS: usize = 16;
/// Inputs of an operator, and outputs.
pub(crate) const MAX_OPERANDS: usize = 1_000;
/// Elements of a tensor.
pub(crate) const MAX_ELEMENTS: usize = 1 << 26;
/// Dimensions of a tensor.
pub(crate) const MAX_RANK: usize = 8;
/// Bytes of constants that are computed from others while compiling. Macros are built without
/// optimization, so that this takes some seconds.
pub(crate) const MAX_FOLDED: usize = 2 << 20;
/// Tables of a file: four for each tensor, and some.
pub(crate) const MAX_TABLES: usize = 100_000;
/// How deep tables may be nested; those of models are at most six deep.
pub(crate) const MAX_DEPTH: usize = 16;

/// What to do about a model that is too large.
pub(crate) const SMALLER: &str = "use a smaller model";
