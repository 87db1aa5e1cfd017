//! What quantization has to know of operators: which inputs are weights, whose integers must mean the same,
//! and which outputs have one scale, always.

use crate::graph::ElementType;

/// What an input with real numbers is to its operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// A value like any other.
    Activation,
    /// Symmetric weights with a scale for each slice of a dimension.
    Weights { dimension: usize },
    /// Symmetric weights with one scale.
    Matrix,
    /// Added to the products of two other inputs.
    Bias { input: usize, weights: usize },
    /// Kept in 16 bits on a scale that is a power of two.
    Cell,
}

/// The role of input `index` of an operator.
pub(crate) fn role(name: &str, index: usize) -> Role {
    match (name, index) {
        ("CONV_2D" | "FULLY_CONNECTED", 1) | ("TRANSPOSE_CONV", 1) => Role::Weights { dimension: 0 },
        ("DEPTHWISE_CONV_2D", 1) => Role::Weights { dimension: 3 },
        ("CONV_2D" | "FULLY_CONNECTED" | "DEPTHWISE_CONV_2D", 2) => Role::Bias { input: 0, weights: 1 },
        ("TRANSPOSE_CONV", 3) => Role::Bias { input: 2, weights: 1 },
        ("UNIDIRECTIONAL_SEQUENCE_LSTM", 1..=8) => Role::Matrix,
        ("UNIDIRECTIONAL_SEQUENCE_LSTM", 12..=15) => {
            Role::Bias { input: 0, weights: index.saturating_sub(11) }
        }
        ("UNIDIRECTIONAL_SEQUENCE_LSTM", 19) => Role::Cell,
        _ => Role::Activation,
    }
}

/// Scale and zero point of the output of operators that compute it in one way, always.
pub(crate) fn fixed_output(name: &str, ty: ElementType) -> Option<(f32, i32)> {
    Some(match (name, ty) {
        ("SOFTMAX" | "LOGISTIC", ElementType::Int8) => (1.0 / 256.0, -128),
        ("TANH" | "L2_NORMALIZATION", ElementType::Int8) => (1.0 / 128.0, 0),
        ("LOG_SOFTMAX", ElementType::Int8) => (16.0 / 256.0, 127),
        ("SOFTMAX" | "LOGISTIC" | "TANH", ElementType::Int16) => (1.0 / 32768.0, 0),
        _ => return None,
    })
}

/// Whether integers of all real inputs and outputs must mean the same.
pub(crate) fn is_tied(name: &str) -> bool {
    const TIED: [&str; 38] = [
        "ADD_N",
        "ARG_MAX",
        "ARG_MIN",
        "AVERAGE_POOL_2D",
        "BATCH_TO_SPACE_ND",
        "BROADCAST_TO",
        "CONCATENATION",
        "DEPTH_TO_SPACE",
        "EMBEDDING_LOOKUP",
        "EXPAND_DIMS",
        "FILL",
        "GATHER",
        "GATHER_ND",
        "MAXIMUM",
        "MAX_POOL_2D",
        "MINIMUM",
        "MIRROR_PAD",
        "PACK",
        "PAD",
        "PADV2",
        "REDUCE_MAX",
        "REDUCE_MIN",
        "RESHAPE",
        "RESIZE_BILINEAR",
        "RESIZE_NEAREST_NEIGHBOR",
        "REVERSE_V2",
        "SELECT_V2",
        "SLICE",
        "SPACE_TO_BATCH_ND",
        "SPACE_TO_DEPTH",
        "SPLIT",
        "SPLIT_V",
        "SQUEEZE",
        "STRIDED_SLICE",
        "TILE",
        "TRANSPOSE",
        "UNPACK",
        "ZEROS_LIKE",
    ];
    TIED.binary_search(&name).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::OPERATORS;

    #[test]
    fn tied_operators_are_sorted_and_known() {
        let tied = OPERATORS.iter().filter(|row| is_tied(row.name)).count();
        assert_eq!(tied, 38);
    }
}
