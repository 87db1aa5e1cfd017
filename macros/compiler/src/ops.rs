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
pub(crate) mod convolution;
pub(crate) mod curve;
pub(crate) mod elementwise;
pub(crate) mod lookup;
pub(crate) mod movement;
pub(crate) mod pool;
pub(crate) mod requantization;
pub(crate) mod sigmoid;
pub(crate) mod sums;
pub(crate) mod window;

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
    add: ADD, ["add::add_s8", "add::add_s16", "add::add_s32"], "int8, int16, int32";
    average_pool_2d: AVERAGE_POOL_2D,
        ["average_pool_2d::average_pool_2d_s8", "average_pool_2d::average_pool_2d_s16"], "int8, int16";
    concatenation: CONCATENATION, ["movement::copy_runs", "movement::copy_strided"], "any";
    conv_2d: CONV_2D, [
        "conv_2d::conv_2d_1x1_s8", "conv_2d::conv_2d_contiguous_s8", "conv_2d::conv_2d_s8",
        "depthwise_conv_2d::depthwise_conv_2d_s8", "depthwise_conv_2d::depthwise_conv_2d_multiplier_s8",
        "conv_2d::conv_2d_1x1_s16", "conv_2d::conv_2d_s16", "depthwise_conv_2d::depthwise_conv_2d_s16"
    ], "int8, int16";
    depthwise_conv_2d: DEPTHWISE_CONV_2D, [
        "depthwise_conv_2d::depthwise_conv_2d_s8", "depthwise_conv_2d::depthwise_conv_2d_multiplier_s8",
        "conv_2d::conv_2d_1x1_s8", "depthwise_conv_2d::depthwise_conv_2d_s16", "conv_2d::conv_2d_1x1_s16",
        "conv_2d::conv_2d_s16"
    ], "int8, int16";
    dequantize: DEQUANTIZE, [], "int8, uint8, int16 to float32 before an output";
    expand_dims: EXPAND_DIMS, [], "any";
    fully_connected: FULLY_CONNECTED, ["fully_connected::fully_connected_s8", "fully_connected::fully_connected_s16"],
        "int8, int16";
    logistic: LOGISTIC, ["lookup::lookup_s8", "sigmoid::logistic_s16"], "int8, int16";
    max_pool_2d: MAX_POOL_2D, ["max_pool_2d::max_pool_2d_s8", "max_pool_2d::max_pool_2d_s16"], "int8, int16";
    maximum: MAXIMUM, ["maximum::maximum_s8", "maximum::maximum_s16", "maximum::maximum_s32"],
        "int8, int16, int32";
    mean: MEAN, ["mean::mean_s8", "mean::mean_s16"], "int8, int16";
    minimum: MINIMUM, ["minimum::minimum_s8", "minimum::minimum_s16", "minimum::minimum_s32"],
        "int8, int16, int32";
    mul: MUL, ["mul::mul_s8", "mul::mul_s16", "mul::mul_s32"], "int8, int16, int32";
    pack: PACK, ["movement::copy_runs", "movement::copy_strided"], "any";
    pad: PAD, ["pad::pad"], "any";
    padv2: PADV2, ["pad::pad"], "any";
    quantize: QUANTIZE, [
        "quantize::quantize_s8_s8", "quantize::quantize_s8_u8", "quantize::quantize_s8_s16",
        "quantize::quantize_s8_s32", "quantize::quantize_u8_s8", "quantize::quantize_s16_s8",
        "quantize::quantize_s16_s16", "quantize::quantize_s16_s32", "quantize::quantize_s32_s8",
        "quantize::quantize_s32_s16"
    ], "int8, uint8, int16, int32; float32 behind an input";
    relu: RELU, ["clamp::clamp_s8", "clamp::clamp_s16", "lookup::lookup_s8", "relu::relu_s16"], "int8, int16";
    relu6: RELU6, ["clamp::clamp_s8", "clamp::clamp_s16"], "int8, int16";
    relu_n1_to_1: RELU_N1_TO_1, ["clamp::clamp_s8", "lookup::lookup_s8"], "int8";
    reshape: RESHAPE, [], "any";
    resize_nearest_neighbor: RESIZE_NEAREST_NEIGHBOR, ["resize_nearest_neighbor::resize_nearest_neighbor"], "any";
    shape: SHAPE, [], "any";
    slice: SLICE, ["movement::copy_runs", "movement::copy_strided"], "any";
    softmax: SOFTMAX, ["softmax::softmax_s8", "softmax::softmax_s8_s16", "softmax::softmax_s16"], "int8, int16";
    split: SPLIT, ["movement::copy_runs", "movement::copy_strided"], "any";
    split_v: SPLIT_V, ["movement::copy_runs", "movement::copy_strided"], "any";
    squeeze: SQUEEZE, [], "any";
    strided_slice: STRIDED_SLICE, ["movement::copy_runs", "movement::copy_strided"], "any";
    sub: SUB, ["sub::sub_s8", "sub::sub_s16", "sub::sub_s32"], "int8, int16, int32";
    tanh: TANH, ["lookup::lookup_s8", "sigmoid::tanh_s16"], "int8, int16";
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
