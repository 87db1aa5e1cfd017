//! The operators: one file each, and this list.
//!
//! An operator reads its options from the file once, stating every restriction as a [`Problem`];
//! afterwards it is a plain struct that knows how to compute itself from constants and how to lower
//! itself to a kernel call. No other part of the compiler knows any operator.

use crate::diagnostics::Problem;
use crate::lower::{Bug, Lowering};
use crate::read::Reader;
use crate::schema::tflite::BuiltinOperator;
use std::rc::Rc;

pub use op::{ByChannel, Elementwise, Folded, Op, Padding, Run};

/// One row of the list.
pub struct Operator {
    /// Its name in the schema, or in the file if it is a custom one.
    pub name: &'static str,
    /// The same in snake case: the name of its files and folders.
    pub module: &'static str,
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
pub(crate) mod blocks;
pub(crate) mod channel_rows;
pub(crate) mod channels;
pub(crate) mod comparison;
pub(crate) mod convolution;
pub(crate) mod curve;
pub(crate) mod elementwise;
pub(crate) mod logical;
pub(crate) mod lookup;
pub(crate) mod movement;
pub(crate) mod narrow;
pub(crate) mod once;
pub(crate) mod one_scale;
mod op;
pub(crate) mod pool;
pub(crate) mod reduction;
pub(crate) mod requantization;
pub(crate) mod ring;
pub(crate) mod short_mean;
pub(crate) mod sigmoid;
pub(crate) mod signal;
pub(crate) mod signal_fft;
pub(crate) mod sums;
pub(crate) mod unit_blocks;
pub(crate) mod unit_fours;
pub(crate) mod unit_pairs;
pub(crate) mod unit_products;
pub(crate) mod unit_streams;
pub(crate) mod weighted;
pub(crate) mod window;
mod winograd;

/// The name of an operator: that of its code, or its own if it is a custom one.
macro_rules! name {
    (CUSTOM $name:literal) => {
        $name
    };
    ($code:ident) => {
        stringify!($code)
    };
}

macro_rules! operators {
    ($($module:ident: $code:ident $(($custom:literal))?, [$($kernel:literal),*], $types:literal;)*) => {
        $(mod $module;)*

        /// All operators, by name.
        pub const OPERATORS: &[Operator] = &[$(Operator {
            name: name!($code $($custom)?),
            module: stringify!($module),
            code: BuiltinOperator::$code,
            kernels: &[$($kernel),*],
            types: $types,
            read: $module::read,
        }),*];
    };
}

operators! {
    abs: ABS, ["lookup::lookup_s8", "abs::abs_s16"], "int8, int16";
    add: ADD, ["add::add_s8", "add::add_s16", "add::add_s32"], "int8, int16, int32, uint8";
    add_n: ADD_N, [
        "add_n::add_2_s8", "add_n::add_3_s8", "add_n::add_4_s8", "add_n::add_5_s8", "add_n::add_6_s8",
        "add_n::add_7_s8", "add_n::add_8_s8"
    ], "int8";
    arg_max: ARG_MAX, ["arg::arg_max_s8"], "int8";
    arg_min: ARG_MIN, ["arg::arg_min_s8"], "int8";
    assign_variable: ASSIGN_VARIABLE, ["assign_variable::assign_variable"], "any";
    average_pool_2d: AVERAGE_POOL_2D, [
        "average_pool_2d::average_pool_2d_s8", "average_pool_2d::average_pool_2d_s16",
        "average_pool_2d::average_pool_2d_half_up_s8", "average_pool_2d::average_pool_2d_inside_s8",
        "average_pool_2d::average_pool_2d_inside_half_up_s8"
    ], "int8, int16, uint8";
    batch_matmul: BATCH_MATMUL, ["batch_matmul::batch_matmul_s8", "batch_matmul::batch_matmul_s16"], "int8, int16";
    batch_to_space_nd: BATCH_TO_SPACE_ND, ["movement::copy_runs", "movement::copy_strided"], "int8";
    broadcast_to: BROADCAST_TO, ["movement::copy_runs", "movement::copy_strided"], "any";
    call_once: CALL_ONCE, [], "any";
    cast: CAST, ["cast::cast"], "int8, int16, int32, uint32, bool";
    concatenation: CONCATENATION, [
        "movement::copy_runs", "movement::copy_strided", "ring::push", "ring::unroll", "ring::copy",
        "lookup::lookup_s8"
    ], "any";
    conv_2d: CONV_2D, [
        "conv_2d::conv_2d_1x1_s8", "conv_2d::conv_2d_contiguous_s8", "conv_2d::conv_2d_s8",
        "depthwise_conv_2d::depthwise_conv_2d_s8", "depthwise_conv_2d::depthwise_conv_2d_multiplier_s8",
        "depthwise_conv_2d::depthwise_conv_2d_ring_s8", "fully_connected::fully_connected_ring_s8",
        "conv_2d::conv_2d_1x1_s16", "conv_2d::conv_2d_s16", "depthwise_conv_2d::depthwise_conv_2d_s16",
        "conv_2d::conv_2d_1x1_offset_s8", "conv_2d::conv_2d_offset_s8", "conv_2d::conv_2d_1x1_s4",
        "conv_2d::conv_2d_s4"
    ], "int8, int16, uint8";
    cumsum: CUMSUM, ["cumsum::cumsum_s8"], "int8";
    depth_to_space: DEPTH_TO_SPACE, ["movement::copy_runs", "movement::copy_strided"], "int8";
    depthwise_conv_2d: DEPTHWISE_CONV_2D, [
        "depthwise_conv_2d::depthwise_conv_2d_s8", "depthwise_conv_2d::depthwise_conv_2d_multiplier_s8",
        "conv_2d::conv_2d_1x1_s8", "depthwise_conv_2d::depthwise_conv_2d_ring_s8",
        "fully_connected::fully_connected_ring_s8", "depthwise_conv_2d::depthwise_conv_2d_s16",
        "conv_2d::conv_2d_1x1_s16", "conv_2d::conv_2d_s16",
        "depthwise_conv_2d::depthwise_conv_2d_offset_s8", "conv_2d::conv_2d_1x1_offset_s8"
    ], "int8, int16, uint8";
    dequantize: DEQUANTIZE, [], "int8, uint8, int16 to float32 before an output";
    div: DIV, ["div::div_s8", "div::div_s32"], "int8, int32";
    elu: ELU, ["lookup::lookup_s8"], "int8";
    embedding_lookup: EMBEDDING_LOOKUP, ["gather::gather"], "int8";
    equal: EQUAL, ["comparison::equal_s8", "comparison::equal_s32", "comparison::equal_u8"], "int8, int32, bool";
    expand_dims: EXPAND_DIMS, [], "any";
    fill: FILL, ["movement::copy_runs", "movement::copy_strided"], "any";
    fully_connected: FULLY_CONNECTED, [
        "fully_connected::fully_connected_s8", "fully_connected::fully_connected_ring_s8",
        "fully_connected::fully_connected_s16", "fully_connected::fully_connected_offset_s8",
        "fully_connected::fully_connected_s4", "fully_connected::fully_connected_few_s8"
    ], "int8, int16, uint8";
    gather: GATHER, ["gather::gather"], "int8";
    gather_nd: GATHER_ND, ["gather::gather_nd"], "int8";
    greater: GREATER, ["comparison::less_s8", "comparison::less_s32"], "int8, int32";
    greater_equal: GREATER_EQUAL, ["comparison::less_equal_s8", "comparison::less_equal_s32"], "int8, int32";
    hard_swish: HARD_SWISH, ["lookup::lookup_s8"], "int8";
    l2_normalization: L2_NORMALIZATION, ["l2_normalization::l2_normalization_s8"], "int8";
    leaky_relu: LEAKY_RELU, ["lookup::lookup_s8", "leaky_relu::leaky_relu_s16"], "int8, int16";
    less: LESS, ["comparison::less_s8", "comparison::less_s32"], "int8, int32";
    less_equal: LESS_EQUAL, ["comparison::less_equal_s8", "comparison::less_equal_s32"], "int8, int32";
    log_softmax: LOG_SOFTMAX, ["log_softmax::log_softmax_s8"], "int8";
    logical_and: LOGICAL_AND, ["logical::logical_and_u8"], "bool";
    logical_not: LOGICAL_NOT, ["logical::logical_not_u8"], "bool";
    logical_or: LOGICAL_OR, ["logical::logical_or_u8"], "bool";
    logistic: LOGISTIC, ["lookup::lookup_s8", "sigmoid::logistic_s16"], "int8, int16, uint8";
    max_pool_2d: MAX_POOL_2D, [
        "max_pool_2d::max_pool_2d_s8", "max_pool_2d::max_pool_2d_s16"
    ], "int8, int16, uint8";
    maximum: MAXIMUM, ["maximum::maximum_s8", "maximum::maximum_s16", "maximum::maximum_s32"],
        "int8, int16, int32";
    mean: MEAN, ["mean::mean_s8", "mean::mean_short_s8", "mean::mean_s16"], "int8, int16";
    minimum: MINIMUM, ["minimum::minimum_s8", "minimum::minimum_s16", "minimum::minimum_s32"],
        "int8, int16, int32";
    mirror_pad: MIRROR_PAD, ["resize_nearest_neighbor::resize_nearest_neighbor"], "int8";
    mul: MUL, ["mul::mul_s8", "mul::mul_s16", "mul::mul_s32"], "int8, int16, int32";
    not_equal: NOT_EQUAL, ["comparison::not_equal_s8", "comparison::not_equal_s32", "comparison::not_equal_u8"], "int8, int32, bool";
    pack: PACK, ["movement::copy_runs", "movement::copy_strided"], "any";
    pad: PAD, ["pad::pad"], "any";
    padv2: PADV2, ["pad::pad"], "any";
    prelu: PRELU, ["prelu::prelu_s8", "prelu::prelu_s16"], "int8, int16";
    quantize: QUANTIZE, [
        "quantize::quantize_s8_s8", "quantize::quantize_s8_s16", "quantize::quantize_s8_s32",
        "quantize::quantize_s16_s8", "quantize::quantize_s16_s16", "quantize::quantize_s16_s32",
        "quantize::quantize_s32_s8", "quantize::quantize_s32_s16", "quantize::shift_u8_s8", "quantize::shift_s8_u8"
    ], "int8, uint8, int16, int32; float32 behind an input";
    read_variable: READ_VARIABLE, [], "any";
    reduce_max: REDUCE_MAX, ["reduce::reduce_max_s8"], "int8";
    reduce_min: REDUCE_MIN, ["reduce::reduce_min_s8"], "int8";
    relu: RELU, ["clamp::clamp_s8", "clamp::clamp_s16", "lookup::lookup_s8", "relu::relu_s16"], "int8, int16";
    relu6: RELU6, ["clamp::clamp_s8", "clamp::clamp_s16"], "int8, int16";
    relu_n1_to_1: RELU_N1_TO_1, ["clamp::clamp_s8", "lookup::lookup_s8"], "int8";
    reshape: RESHAPE, [], "any";
    resize_bilinear: RESIZE_BILINEAR, ["resize_bilinear::resize_bilinear_s8"], "int8";
    resize_nearest_neighbor: RESIZE_NEAREST_NEIGHBOR, ["resize_nearest_neighbor::resize_nearest_neighbor"], "any";
    reverse_v2: REVERSE_V2, ["movement::copy_runs", "movement::copy_strided"], "any";
    rsqrt: RSQRT, ["lookup::lookup_s8"], "int8";
    select_v2: SELECT_V2, ["select::select"], "int8, int16";
    shape: SHAPE, [], "any";
    signal_delay: CUSTOM("SignalDelay"), ["signal_delay::signal_delay_s16"], "int16";
    signal_energy: CUSTOM("SignalEnergy"), ["signal_energy::signal_energy_s16"], "int16 to uint32";
    signal_fft_auto_scale: CUSTOM("SignalFftAutoScale"), ["signal_fft_auto_scale::signal_fft_auto_scale_s16"], "int16";
    signal_filter_bank: CUSTOM("SignalFilterBank"), ["signal_filter_bank::signal_filter_bank_u32"],
        "uint32 to uint64";
    signal_filter_bank_log: CUSTOM("SignalFilterBankLog"), ["signal_filter_bank_log::signal_filter_bank_log_u32"],
        "uint32 to int16";
    signal_filter_bank_spectral_subtraction: CUSTOM("SignalFilterBankSpectralSubtraction"), [
        "signal_filter_bank_spectral_subtraction::signal_filter_bank_spectral_subtraction_u32"
    ], "uint32";
    signal_filter_bank_square_root: CUSTOM("SignalFilterBankSquareRoot"), [
        "signal_filter_bank_square_root::signal_filter_bank_square_root_u64"
    ], "uint64 to uint32";
    signal_framer: CUSTOM("SignalFramer"), ["signal_framer::signal_framer_s16"], "int16";
    signal_irfft: CUSTOM("SignalIrfft"), ["signal_irfft::signal_irfft"], "int16, int32";
    signal_overlap_add: CUSTOM("SignalOverlapAdd"), ["signal_overlap_add::signal_overlap_add_s16"], "int16";
    signal_pcan: CUSTOM("SignalPCAN"), ["signal_pcan::signal_pcan_u32"], "uint32";
    signal_rfft: CUSTOM("SignalRfft"), ["signal_rfft::signal_rfft"], "int16, int32";
    signal_stacker: CUSTOM("SignalStacker"), ["signal_stacker::signal_stacker_s16"], "int16";
    signal_window: CUSTOM("SignalWindow"), ["signal_window::signal_window_s16"], "int16";
    slice: SLICE, ["movement::copy_runs", "movement::copy_strided"], "any";
    softmax: SOFTMAX, [
        "softmax::softmax_s8", "softmax::softmax_s8_u8", "softmax::softmax_s8_s16", "softmax::softmax_s16",
        "softmax::softmax_of_products_s8", "softmax::softmax_of_products_s8_u8"
    ], "int8, int16, uint8";
    space_to_batch_nd: SPACE_TO_BATCH_ND, ["pad::pad", "movement::copy_runs", "movement::copy_strided"], "int8";
    space_to_depth: SPACE_TO_DEPTH, ["movement::copy_runs", "movement::copy_strided"], "int8";
    split: SPLIT, ["movement::copy_runs", "movement::copy_strided"], "any";
    split_v: SPLIT_V, ["movement::copy_runs", "movement::copy_strided"], "any";
    squared_difference: SQUARED_DIFFERENCE, [
        "squared_difference::squared_difference_s8", "squared_difference::squared_difference_s16",
        "squared_difference::squared_difference_s32"
    ], "int8, int16, int32";
    squeeze: SQUEEZE, [], "any";
    strided_slice: STRIDED_SLICE, ["movement::copy_runs", "movement::copy_strided"], "any";
    sub: SUB, ["sub::sub_s8", "sub::sub_s16", "sub::sub_s32"], "int8, int16, int32";
    sum: SUM, ["mean::mean_s8", "mean::mean_short_s8", "mean::mean_s16"], "int8, int16";
    svdf: SVDF, ["svdf::svdf_s8", "svdf::svdf_s16"], "int8, with int8 or int16 state";
    tanh: TANH, ["lookup::lookup_s8", "sigmoid::tanh_s16"], "int8, int16";
    tile: TILE, ["movement::copy_runs", "movement::copy_strided"], "any";
    transpose: TRANSPOSE, ["movement::copy_runs", "movement::copy_strided"], "any";
    transpose_conv: TRANSPOSE_CONV, ["transpose_conv::transpose_conv_s8", "transpose_conv::transpose_conv_s16"],
        "int8, int16";
    unidirectional_sequence_lstm: UNIDIRECTIONAL_SEQUENCE_LSTM,
        ["unidirectional_sequence_lstm::unidirectional_sequence_lstm_s8",
         "unidirectional_sequence_lstm::unidirectional_sequence_lstm_s16"], "int8, int16";
    unpack: UNPACK, ["movement::copy_runs", "movement::copy_strided"], "any";
    var_handle: VAR_HANDLE, [], "any";
    zeros_like: ZEROS_LIKE, [], "any";
}

pub(crate) use quantize::{Shift, requantize};

/// What a model without operators does.
#[derive(Debug)]
pub(crate) struct Nothing;

impl Op for Nothing {
    fn lower(&self, _: &mut Lowering<'_>) -> Result<(), Bug> {
        Ok(())
    }
}
