//! CONCATENATION: the inputs one after the other along an axis.

use super::Op;
use super::movement::Join;
use crate::diagnostics::Problem;
use crate::graph::{ElementType, TensorId};
use crate::read::{CONVERT_AGAIN, QUANTIZE, Reader};
use crate::schema::tflite;
use std::rc::Rc;

/// TensorFlow Lite Micro moves integers as they are, whatever the scales of the inputs say. It does
/// not take `uint8`, where TensorFlow Lite rescales: then the scales must be equal, so that it need not.
pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    reader.arity(1..=reader.inputs.len().max(1), 1)?;
    let output = reader.output(0)?;
    let options = reader.options(tflite::Operator::builtin_options_as_concatenation_options)?;
    let activation = options.fused_activation_function();
    if activation != tflite::ActivationFunctionType::NONE {
        return Err(Problem::new(
            format!("fused activation {}", activation.variant_name().unwrap_or("unknown")),
            "the reference fuses none into CONCATENATION",
            "make the activation a layer of its own",
        ));
    }
    let inputs: Vec<TensorId> =
        (0..reader.inputs.len()).map(|index| reader.input(index)).collect::<Result<_, _>>()?;
    let shapes: Vec<Vec<usize>> = inputs.iter().map(|&id| reader.tensor(id).shape.clone()).collect();
    let mut shape = shapes.first().cloned().unwrap_or_default();
    let axis = reader.axis(options.axis(), shape.len())?;
    let along = |shape: &[usize]| shape.get(axis).copied().unwrap_or(0);
    let total = shapes.iter().map(|shape| along(shape)).sum();
    let uneven = shapes.iter().find(|other| {
        let apart = |(at, (a, b)): (usize, (&usize, &usize))| at != axis && a != b;
        other.len() != shape.len() || other.iter().zip(&shape).enumerate().any(apart)
    });
    if let Some(other) = uneven {
        return Err(Problem::new(
            format!("inputs have shapes {shape:?} and {other:?}"),
            format!("they may differ along axis {axis} only"),
            CONVERT_AGAIN,
        ));
    }
    shape.iter_mut().skip(axis).take(1).for_each(|size| *size = total);
    reader.expect_shape(output, "output", &shape)?;
    if reader.tensor(output).ty == ElementType::UInt8 {
        inputs.iter().try_for_each(|&input| same_scale(reader, input, output))?;
    }
    Join::read(reader, &shapes, &shape, axis)
}

/// Checks that integers mean the same in both tensors.
fn same_scale(reader: &Reader<'_>, input: TensorId, output: TensorId) -> Result<(), Problem> {
    let meaning = |id| reader.tensor(id).quantization.as_ref().map(|q| (&q.scales, &q.zero_points));
    if meaning(input) != meaning(output) {
        return Err(Problem::new(
            "uint8 inputs with another scale or zero point than the output",
            "they would have to be rescaled, which TensorFlow Lite Micro does not do",
            QUANTIZE,
        ));
    }
    Ok(())
}
