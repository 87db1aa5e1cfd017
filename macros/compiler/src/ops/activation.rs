//! The activation that is fused into an operator: a range.

use crate::diagnostics::Problem;
use crate::graph::{ElementType, TensorId};
use crate::quantize::activation_range;
use crate::read::Reader;
use crate::schema::tflite::ActivationFunctionType;

/// A fused activation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Activation {
    None,
    Relu,
    Relu6,
    ReluN1To1,
}

impl Activation {
    /// Reads the option.
    pub(crate) fn read(option: ActivationFunctionType) -> Result<Self, Problem> {
        match option {
            ActivationFunctionType::NONE => Ok(Self::None),
            ActivationFunctionType::RELU => Ok(Self::Relu),
            ActivationFunctionType::RELU6 => Ok(Self::Relu6),
            ActivationFunctionType::RELU_N1_TO_1 => Ok(Self::ReluN1To1),
            other => Err(Problem::new(
                format!("fused activation {}", other.variant_name().unwrap_or("unknown")),
                "integer kernels fuse RELU, RELU6 and RELU_N1_TO_1 only, as the reference",
                "use one of these, or make the activation a layer of its own",
            )),
        }
    }

    /// The range that it leaves of an operator's output.
    pub(crate) fn of_output(self, reader: &Reader<'_>, output: TensorId) -> Result<(i32, i32), Problem> {
        let (scale, zero_point) = reader.per_tensor(output, "output")?;
        Ok(self.range(scale, zero_point, reader.tensor(output).ty))
    }

    /// The least and the greatest value that it leaves.
    pub(crate) fn bounds(self) -> (Option<f32>, Option<f32>) {
        match self {
            Self::None => (None, None),
            Self::Relu => (Some(0.0), None),
            Self::Relu6 => (Some(0.0), Some(6.0)),
            Self::ReluN1To1 => (Some(-1.0), Some(1.0)),
        }
    }

    /// The range that it leaves, in the integers of a tensor with this quantization.
    pub(crate) fn range(self, scale: f32, zero_point: i32, ty: ElementType) -> (i32, i32) {
        let (low, high) = self.bounds();
        activation_range(low, high, scale, zero_point, ty.range().unwrap_or((i32::MIN, i32::MAX)))
    }
}
