//! The operators: one file each, and this list.
//!
//! An operator reads its options from the file once, stating every restriction as a [`Problem`];
//! afterwards it is a plain struct that knows how to compute itself from constants and how to lower
//! itself to a kernel call. No other part of the compiler knows any operator.

use crate::diagnostics::Problem;
use crate::graph::{Graph, Node};
use crate::lower::{Bug, Lowering};
use crate::read::Reader;
use crate::schema::tflite::BuiltinOperator;
use std::fmt;
use std::rc::Rc;

/// Bytes of the outputs of an operator all of whose inputs are constants.
pub type Folded = Vec<Rc<[u8]>>;

/// An operator with its options.
pub trait Op: fmt::Debug {
    /// The outputs, if they are known while compiling. The default knows none.
    fn fold(&self, _graph: &Graph, _node: &Node) -> Option<Folded> {
        None
    }

    /// Appends the kernel calls that do its work.
    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug>;
}

/// One row of the list.
pub struct Operator {
    /// Its name in the schema.
    pub name: &'static str,
    /// Its code in the schema.
    pub(crate) code: BuiltinOperator,
    /// Kernels that it may lower to, as `module::function`; none for what costs nothing at run time.
    pub kernels: &'static [&'static str],
    /// Element types of activations, for the documentation.
    pub types: &'static str,
    /// Reads the options and checks every restriction.
    pub(crate) read: fn(&Reader<'_>) -> Result<Rc<dyn Op>, Problem>,
}

pub(crate) mod activation;
pub(crate) mod movement;
pub(crate) mod requantization;

macro_rules! operators {
    ($($module:ident: $code:ident, [$($kernel:literal),*], $types:literal;)*) => {
        $(mod $module;)*

        /// All operators, by name.
        pub const OPERATORS: &[Operator] = &[$(Operator {
            name: stringify!($code),
            code: BuiltinOperator::$code,
            kernels: &[$($kernel),*],
            types: $types,
            read: $module::read,
        }),*];
    };
}

operators! {
    concatenation: CONCATENATION, ["movement::copy_runs", "movement::copy_strided"], "any";
    expand_dims: EXPAND_DIMS, [], "any";
    fully_connected: FULLY_CONNECTED, ["fully_connected::fully_connected_s8"], "int8";
    pack: PACK, ["movement::copy_runs", "movement::copy_strided"], "any";
    pad: PAD, ["pad::pad"], "any";
    padv2: PADV2, ["pad::pad"], "any";
    reshape: RESHAPE, [], "any";
    resize_nearest_neighbor: RESIZE_NEAREST_NEIGHBOR, ["resize_nearest_neighbor::resize_nearest_neighbor"], "any";
    shape: SHAPE, [], "any";
    slice: SLICE, ["movement::copy_runs", "movement::copy_strided"], "any";
    split: SPLIT, ["movement::copy_runs", "movement::copy_strided"], "any";
    split_v: SPLIT_V, ["movement::copy_runs", "movement::copy_strided"], "any";
    squeeze: SQUEEZE, [], "any";
    strided_slice: STRIDED_SLICE, ["movement::copy_runs", "movement::copy_strided"], "any";
    transpose: TRANSPOSE, ["movement::copy_runs", "movement::copy_strided"], "any";
    unpack: UNPACK, ["movement::copy_runs", "movement::copy_strided"], "any";
}

/// What a model without operators does.
#[derive(Debug)]
pub(crate) struct Nothing;

impl Op for Nothing {
    fn lower(&self, _: &mut Lowering<'_>) -> Result<(), Bug> {
        Ok(())
    }
}
