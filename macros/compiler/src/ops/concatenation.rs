//! CONCATENATION: the inputs one after the other along an axis.

// Arithmetic of values, not of sizes: the bounds of each are those of its formula.
#![allow(clippy::arithmetic_side_effects)]

use super::Op;
use super::movement::Join;
use crate::diagnostics::Problem;
use crate::graph::TensorId;
use crate::read::{CONVERT_AGAIN, Reader};
use crate::schema::tflite;
use std::rc::Rc;

/// TensorFlow Lite Micro moves integers as they are, whatever the scales of the inputs say. It does
/// not take `uint8`, where TensorFlow Lite rescales inputs of other scales than the output.
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
    let mut join = Join::read(reader, &shapes, &shape, axis)?;
    if reader.tensor(output).shifted {
        join.tables = inputs.iter().map(|&input| table(reader, input, output)).collect::<Result<_, _>>()?;
    }
    Ok(Rc::new(join))
}

/// What integers of an input become in the output; nothing if they stay. In the single precision of the
/// reference, on the `uint8` of the file.
fn table(reader: &Reader<'_>, input: TensorId, output: TensorId) -> Result<Option<Vec<i8>>, Problem> {
    let from = reader.per_tensor(input, "input")?;
    let to = reader.per_tensor(output, "output")?;
    if from == to {
        return Ok(None);
    }
    let scale = from.0 * (1.0 / to.0);
    let bias = -((from.1 + 128) as f32) * scale;
    let value = |byte: u8| {
        let rescaled = (f32::from(byte) * scale + bias).round() as i32;
        (rescaled.saturating_add(to.1 + 128).clamp(0, 255) - 128) as i8
    };
    // Tables begin with what `int8` has for 0, which is 128 in the file.
    Ok(Some((0..=u8::MAX).map(|index| value(index ^ 0x80)).collect()))
}
