//! Float models as they are to be run: with constants of real numbers, and without what cannot be quantized.

use super::Value;
use crate::diagnostics::{At, Diagnostic, Problem};
use crate::graph::{ElementType, Graph, Tensor};
use crate::import::{Found, Survey, is_quantized};
use crate::read::{CONVERT_AGAIN, QUANTIZE};

/// Turns what is constant into real numbers, and refuses what cannot be quantized.
pub(crate) fn simplify(survey: &mut Survey<'_>) -> Vec<Diagnostic> {
    let mut refused = Vec::new();
    let Survey { graph, operators } = survey;
    operators.retain(|found| {
        let (&[Some(input)], &[output]) = (found.inputs.as_slice(), found.outputs.as_slice()) else {
            return true;
        };
        let values = constant(graph.tensor(input)).filter(|_| found.row.name == "DEQUANTIZE");
        let Some(Value::Real(values)) = values else { return true };
        let bytes = values.iter().flat_map(|x| x.to_le_bytes()).collect();
        graph.tensor_mut(output).data = Some(bytes);
        false
    });
    cast_inputs(graph, operators);
    for found in operators {
        let ids = || found.inputs.iter().flatten().chain(&found.outputs);
        let is_real = ids().any(|&id| graph.tensor(id).ty.is_float());
        let mixed = ids().map(|&id| graph.tensor(id)).find(|tensor| is_quantized(tensor));
        let problem = match (mixed, found.row.name) {
            (Some(tensor), _) => Problem::new(
                format!("computes in {}, where other operators compute in floats", tensor.ty),
                "a model is quantized while compiling as a whole, from a file that computes in floats alone",
                "convert without quantization and calibrate here, or with full integer quantization",
            ),
            (None, "VAR_HANDLE" | "READ_VARIABLE" | "ASSIGN_VARIABLE" | "CALL_ONCE" | "SVDF") => {
                Problem::new(
                    "keeps floats from one inference to the next",
                    "how far they go is known after many inferences, which calibration does not run",
                    QUANTIZE,
                )
            }
            (None, "CAST") if is_real => Problem::new(
                "numbers that count, computed in floats",
                "quantized numbers are whole steps of a scale, and few: only inputs of the model can be cast",
                "let the model have an int32 input for them",
            ),
            _ => continue,
        };
        let output = found.outputs.first().map(|&id| graph.tensor(id).name.clone()).unwrap_or_default();
        let (index, name) = (found.index, found.row.name.to_owned());
        refused.push(problem.at(At::Operator { index, name, output }));
    }
    for id in graph.inputs.iter().chain(&graph.outputs) {
        let tensor = graph.tensor(*id);
        if matches!(tensor.ty, ElementType::Float16 | ElementType::Float64) {
            let problem = Problem::new(
                format!("an input or output of {}", tensor.ty),
                "float models have 32-bit floats there",
                CONVERT_AGAIN,
            );
            refused.push(problem.at(At::Tensor { index: id.0, name: tensor.name.clone() }));
        }
    }
    refused
}

/// A float input that is only cast to integers is an input of integers.
fn cast_inputs(graph: &mut Graph, operators: &mut Vec<Found<'_>>) {
    for input in &mut graph.inputs {
        let mut readers = operators.iter().filter(|found| found.inputs.contains(&Some(*input)));
        let (Some(only), None) = (readers.next(), readers.next()) else { continue };
        let &[output] = only.outputs.as_slice() else { continue };
        if only.row.name == "CAST" && graph.tensors.get(output.0).is_some_and(|t| t.ty == ElementType::Int32)
        {
            *input = output;
            operators.retain(|found| !found.outputs.contains(&output));
        }
    }
}

/// What a constant of the file stands for: real numbers, if it has a scale or floats.
pub(crate) fn constant(tensor: &Tensor) -> Option<Value> {
    let data = tensor.data.as_deref()?;
    let real = match tensor.ty {
        ElementType::Float32 => data.as_chunks().0.iter().map(|&b| f32::from_le_bytes(b)).collect(),
        ElementType::Float16 => data.as_chunks().0.iter().map(|&b| wide(u16::from_le_bytes(b))).collect(),
        ElementType::Int8 | ElementType::Int4 | ElementType::Int16 if tensor.quantization.is_some() => {
            dequantized(tensor)?
        }
        _ => return tensor.to_i32().map(Value::Whole),
    };
    Some(Value::Real(real))
}

/// `scale · (integer - zero point)` of each element.
fn dequantized(tensor: &Tensor) -> Option<Vec<f32>> {
    let quantization = tensor.quantization.as_ref()?;
    let integers: Vec<i32> = match tensor.ty {
        ElementType::Int4 => tensor.to_i8()?.into_iter().map(i32::from).collect(),
        _ => tensor.to_i32()?,
    };
    let inner: usize = tensor.shape.iter().skip(quantization.dimension.saturating_add(1)).product();
    let slices = quantization.scales.len().max(1);
    let real = |(at, integer): (usize, i32)| {
        let slice = at.checked_div(inner).unwrap_or(0).checked_rem(slices).unwrap_or(0);
        let slice = if slices == 1 { 0 } else { slice };
        let (scale, zero_point) = (quantization.scales.get(slice)?, quantization.zero_points.get(slice)?);
        Some(scale * integer.saturating_sub(*zero_point) as f32)
    };
    integers.into_iter().enumerate().map(real).collect()
}

/// A 16-bit float.
#[allow(clippy::arithmetic_side_effects)] // fields of fixed width
fn wide(bits: u16) -> f32 {
    let (sign, exponent, fraction) =
        (u32::from(bits >> 15), u32::from(bits >> 10 & 31), u32::from(bits & 1023));
    let magnitude = match exponent {
        0 => f32::from(bits & 1023) / f32::from(1u16 << 12) / f32::from(1u16 << 12),
        31 => f32::from_bits(0x7f80_0000 | fraction << 13),
        _ => f32::from_bits(((exponent + 112) << 23) | (fraction << 13)),
    };
    if sign == 0 { magnitude } else { -magnitude }
}
