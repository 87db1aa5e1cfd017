//! The operators: one file each, and this list.
//!
//! An operator reads its options from the file once, stating every restriction as a [`Problem`];
//! afterwards it is a plain struct that knows how to compute itself from constants and how to lower
//! itself to a kernel call. No other part of the compiler knows any operator.

use crate::diagnostics::Problem;
use crate::graph::{Effect, Graph, Node};
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

    /// What it has to do with variables.
    fn effect(&self) -> Effect {
        Effect::None
    }

    /// What it moves, if all it does is to move elements that lie in runs; the default does more.
    fn runs(&self) -> Option<Vec<Run>> {
        None
    }

    /// Appends the kernel calls that do its work.
    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug>;
}

/// Elements that lie side by side in an input and in an output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// Which input.
    pub input: usize,
    /// Which output.
    pub output: usize,
    /// The first element in the input.
    pub from: usize,
    /// The first element in the output.
    pub to: usize,
    /// Number of elements.
    pub len: usize,
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
pub(crate) mod ring;
pub(crate) mod sigmoid;
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
    assign_variable: ASSIGN_VARIABLE, ["assign_variable::assign_variable"], "any";
    average_pool_2d: AVERAGE_POOL_2D,
        ["average_pool_2d::average_pool_2d_s8", "average_pool_2d::average_pool_2d_s16"], "int8, int16";
    call_once: CALL_ONCE, [], "any";
    concatenation: CONCATENATION,
        ["movement::copy_runs", "movement::copy_strided", "ring::push", "ring::unroll", "ring::copy"], "any";
    conv_2d: CONV_2D, [
        "conv_2d::conv_2d_1x1_s8", "conv_2d::conv_2d_contiguous_s8", "conv_2d::conv_2d_s8",
        "depthwise_conv_2d::depthwise_conv_2d_s8", "depthwise_conv_2d::depthwise_conv_2d_multiplier_s8",
        "depthwise_conv_2d::depthwise_conv_2d_ring_s8", "fully_connected::fully_connected_ring_s8"
    ], "int8";
    depthwise_conv_2d: DEPTHWISE_CONV_2D, [
        "depthwise_conv_2d::depthwise_conv_2d_s8", "depthwise_conv_2d::depthwise_conv_2d_multiplier_s8",
        "conv_2d::conv_2d_1x1_s8", "depthwise_conv_2d::depthwise_conv_2d_ring_s8",
        "fully_connected::fully_connected_ring_s8"
    ], "int8";
    dequantize: DEQUANTIZE, [], "int8, uint8, int16 to float32 before an output";
    expand_dims: EXPAND_DIMS, [], "any";
    fully_connected: FULLY_CONNECTED,
        ["fully_connected::fully_connected_s8", "fully_connected::fully_connected_ring_s8"], "int8";
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
    read_variable: READ_VARIABLE, [], "any";
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
    svdf: SVDF, ["svdf::svdf_s8", "svdf::svdf_s16"], "int8, with int8 or int16 state";
    tanh: TANH, ["lookup::lookup_s8", "sigmoid::tanh_s16"], "int8, int16";
    transpose: TRANSPOSE, ["movement::copy_runs", "movement::copy_strided"], "any";
    unidirectional_sequence_lstm: UNIDIRECTIONAL_SEQUENCE_LSTM,
        ["unidirectional_sequence_lstm::unidirectional_sequence_lstm_s8"], "int8, with int16 cell";
    unpack: UNPACK, ["movement::copy_runs", "movement::copy_strided"], "any";
    var_handle: VAR_HANDLE, [], "any";
}

/// What a model without operators does.
#[derive(Debug)]
pub(crate) struct Nothing;

impl Op for Nothing {
    fn lower(&self, _: &mut Lowering<'_>) -> Result<(), Bug> {
        Ok(())
    }
}
