//! Files of the older converter, whose activations and weights are `uint8`.
//!
//! The kernels know `int8` only: all values and zero points are taken as less by 128, which changes no
//! difference between them. TensorFlow Lite Micro has dropped most of these operators, so that
//! TensorFlow Lite's reference counts; where it computes otherwise than for `int8`, operators look at
//! [`Tensor::shifted`].

use crate::diagnostics::Problem;
use crate::graph::{ElementType, Graph, Node, Quantization, Tensor, TensorId};
use crate::ops::Shift;
use crate::read::{QUANTIZE, Reader};
use std::rc::Rc;

/// Operators that are known to compute the same, or look at what the file has.
const OPERATORS: [&str; 28] = [
    "ADD",
    "AVERAGE_POOL_2D",
    "CONCATENATION",
    "CONV_2D",
    "DEPTHWISE_CONV_2D",
    "DEQUANTIZE",
    "EXPAND_DIMS",
    "FULLY_CONNECTED",
    "LOGISTIC",
    "MAX_POOL_2D",
    "MAXIMUM",
    "MINIMUM",
    "MUL",
    "PACK",
    "PAD",
    "PADV2",
    "QUANTIZE",
    "RESHAPE",
    "RESIZE_NEAREST_NEIGHBOR",
    "SHAPE",
    "SLICE",
    "SOFTMAX",
    "SPLIT",
    "SPLIT_V",
    "SQUEEZE",
    "STRIDED_SLICE",
    "TRANSPOSE",
    "UNPACK",
];

/// Takes quantized `uint8` as `int8`.
pub(super) fn shift(tensor: &mut Tensor) {
    if tensor.ty != ElementType::UInt8 {
        return;
    }
    let Some(quantization) = &mut tensor.quantization else { return };
    shift_zero_points(quantization, -128);
    tensor.ty = ElementType::Int8;
    tensor.data = tensor.data.take().map(|data| data.iter().map(|byte| byte ^ 0x80).collect());
    tensor.shifted = true;
}

/// The zero point of `uint8` is at most 255, so that nothing overflows.
fn shift_zero_points(quantization: &mut Quantization, by: i32) {
    quantization.zero_points.iter_mut().for_each(|zero_point| *zero_point = zero_point.saturating_add(by));
}

/// A new tensor as the file has it, to be the border of the model, if this one is another inside.
pub(super) fn port(graph: &mut Graph, inside: TensorId) -> Option<TensorId> {
    let tensor = graph.tensors.get(inside.0).filter(|tensor| tensor.shifted)?;
    let mut port = Tensor { ty: ElementType::UInt8, shifted: false, ..tensor.clone() };
    port.quantization.iter_mut().for_each(|quantization| shift_zero_points(quantization, 128));
    port.data = port.data.map(|data| data.iter().map(|byte| byte ^ 0x80).collect());
    let id = TensorId(graph.tensors.len());
    graph.tensors.push(port);
    Some(id)
}

/// What brings one to the other.
pub(super) fn node(index: usize, from: TensorId, to: TensorId) -> Node {
    Node {
        index,
        name: "QUANTIZE",
        op: Rc::new(Shift),
        inputs: vec![Some(from)],
        outputs: vec![to],
        notes: Vec::new(),
    }
}

/// Refuses operators of which it is not known that they compute the same.
pub(super) fn check(reader: &Reader<'_>) -> Result<(), Problem> {
    let mut ids = reader.inputs.iter().flatten().chain(reader.outputs);
    if OPERATORS.contains(&reader.name) || !ids.any(|&id| reader.tensor(id).shifted) {
        return Ok(());
    }
    Err(Problem::new(
        format!("{} on uint8", reader.name),
        "of the older converter's operators only those of common image models are supported",
        QUANTIZE,
    ))
}
