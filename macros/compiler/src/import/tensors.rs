//! Tensors of the file, and the bytes of their buffers.

use super::legacy;
use crate::diagnostics::Problem;
use crate::graph::{ElementType, Quantization, Tensor};
use crate::limits::{MAX_BYTES, MAX_ELEMENTS, MAX_RANK, SMALLER};
use crate::read::{CONVERT_AGAIN, QUANTIZE};
use crate::schema::{File, tflite};
use std::collections::HashMap;
use std::rc::Rc;

/// The buffers of a file: each is copied once, however many tensors have it.
pub(super) struct Buffers<'a> {
    found: Vec<Result<&'a [u8], Problem>>,
    copies: HashMap<u32, Rc<[u8]>>,
    /// Bytes of all copies: more than the file has, if buffers overlap.
    bytes: usize,
}

impl<'a> Buffers<'a> {
    /// Those of a file.
    pub(super) fn of(file: &File<'a>) -> Self {
        Self { found: file.buffers(), copies: HashMap::new(), bytes: 0 }
    }

    /// The bytes of a buffer; none if there are none.
    fn get(&mut self, index: u32) -> Result<Option<Rc<[u8]>>, Problem> {
        if let Some(copy) = self.copies.get(&index) {
            return Ok(Some(copy.clone()));
        }
        let Some(bytes) = usize::try_from(index).ok().and_then(|at| self.found.get(at)) else {
            let what = format!("its buffer is entry {index} of {}", self.found.len());
            return Err(Problem::new(what, "there is no such entry", CONVERT_AGAIN));
        };
        let bytes = bytes.as_ref().map_err(Clone::clone)?;
        if bytes.is_empty() {
            return Ok(None);
        }
        self.bytes = self.bytes.saturating_add(bytes.len());
        if self.bytes > MAX_BYTES {
            let what = format!("with this one, constants take {} bytes", self.bytes);
            return Err(Problem::new(what, format!("the limit is {MAX_BYTES}"), SMALLER));
        }
        let copy: Rc<[u8]> = (*bytes).into();
        self.copies.insert(index, copy.clone());
        Ok(Some(copy))
    }
}

pub(super) fn read_tensor(tensor: tflite::Tensor<'_>, buffers: &mut Buffers<'_>) -> Result<Tensor, Problem> {
    let shape = read_shape(tensor)?;
    let ty = element_type(tensor.type_());
    if ty == ElementType::Other {
        return Err(Problem::new(
            format!("element type {}", tensor.type_().0),
            "the schema has no such type",
            CONVERT_AGAIN,
        ));
    }
    if tensor.sparsity().is_some() {
        return Err(Problem::new(
            "sparse weights",
            "kernels read dense weights",
            "convert without sparsity (pruned weights stay zeros)",
        ));
    }
    let elements = elements(&shape).unwrap_or(0);
    let data = buffers.get(tensor.buffer())?;
    if let Some(data) = &data {
        check_length(data, ty, elements)?;
    }
    let zeros = data.as_deref().is_some_and(|bytes| bytes.iter().all(|&byte| byte == 0));
    let quantization = tensor.quantization().map(|q| read_quantization(q, &shape, ty, zeros));
    let quantization = quantization.transpose()?.flatten();
    let name = tensor.name().unwrap_or_default().to_owned();
    let mut tensor = Tensor { name, shape, ty, quantization, data, shifted: false };
    legacy::shift(&mut tensor);
    Ok(tensor)
}

/// Checks that a constant has the bytes that its shape needs.
fn check_length(bytes: &[u8], ty: ElementType, elements: usize) -> Result<(), Problem> {
    let expected = match ty {
        ElementType::Int4 => elements.div_ceil(2),
        _ => elements.saturating_mul(ty.size().unwrap_or(0)),
    };
    if bytes.len() != expected && ty != ElementType::String {
        return Err(Problem::new(
            format!("its buffer has {} bytes", bytes.len()),
            format!("{elements} elements of {ty} take {expected}"),
            CONVERT_AGAIN,
        ));
    }
    Ok(())
}

fn read_shape(tensor: tflite::Tensor<'_>) -> Result<Vec<usize>, Problem> {
    let dimensions: Vec<i32> = tensor.shape().into_iter().flatten().collect();
    if dimensions.len() > MAX_RANK {
        return Err(Problem::new(
            format!("{} dimensions", dimensions.len()),
            format!("the limit is {MAX_RANK}"),
            "reshape it in the model",
        ));
    }
    let shape: Option<Vec<usize>> =
        dimensions.iter().map(|&d| usize::try_from(d).ok().filter(|&d| d > 0)).collect();
    let shape = shape.ok_or_else(|| {
        Problem::new(
            format!("shape {dimensions:?}"),
            "memory is planned for one shape, so every dimension must be a positive number",
            "fix the input shape before converting, as by `keras.Input(shape, batch_size=1)`",
        )
    })?;
    match elements(&shape) {
        Some(_) => Ok(shape),
        None => Err(Problem::new(
            format!("shape {dimensions:?}"),
            format!("the limit is {MAX_ELEMENTS} elements"),
            SMALLER,
        )),
    }
}

/// How many elements a tensor has, if that is within the limit.
fn elements(shape: &[usize]) -> Option<usize> {
    shape.iter().try_fold(1usize, |n, &d| n.checked_mul(d).filter(|&n| n <= MAX_ELEMENTS))
}

/// Scales and zero points; `None` if there are none, as in tensors that are not quantized.
fn read_quantization(
    quantization: tflite::QuantizationParameters<'_>,
    shape: &[usize],
    ty: ElementType,
    zeros: bool,
) -> Result<Option<Quantization>, Problem> {
    let mut scales: Vec<f32> = quantization.scale().into_iter().flatten().collect();
    if scales.is_empty() {
        return Ok(None);
    }
    if ty.is_float() {
        return Ok(None);
    }
    if zeros && quantization.zero_point().into_iter().flatten().all(|zero_point| zero_point == 0) {
        // Zeros are zeros on every scale, and some converters write none.
        scales.iter_mut().filter(|scale| **scale == 0.0).for_each(|scale| *scale = f32::MIN_POSITIVE);
    }
    // Operators that compute with a scale of 0 refuse it.
    if let Some(scale) = scales.iter().find(|s| !(s.is_finite() && **s >= 0.0)) {
        return Err(Problem::new(format!("scale {scale}"), "scales must be positive numbers", QUANTIZE));
    }
    let zero_points: Vec<i64> = quantization.zero_point().into_iter().flatten().collect();
    let (low, high) = ty.range().unwrap_or((i32::MIN, i32::MAX));
    if let Some(zero_point) = zero_points.iter().find(|&&z| z < low.into() || z > high.into()) {
        return Err(Problem::new(
            format!("zero point {zero_point}"),
            format!("it must be a value of {ty}, from {low} to {high}"),
            QUANTIZE,
        ));
    }
    let mut zero_points: Vec<i32> = zero_points.iter().filter_map(|&z| z.try_into().ok()).collect();
    if zero_points.is_empty() {
        zero_points = vec![0; scales.len()];
    }
    let dimension = match shape {
        // Some converters copy the weights' dimension to the bias, which has one only.
        [_] => 0,
        _ => usize::try_from(quantization.quantized_dimension()).unwrap_or(usize::MAX),
    };
    let slices = match scales.len() {
        1 => 1,
        _ => shape.get(dimension).copied().unwrap_or(0),
    };
    if scales.len() != slices || zero_points.len() != slices {
        let what = format!(
            "{} scales and {} zero points along dimension {dimension} of shape {shape:?}",
            scales.len(),
            zero_points.len()
        );
        return Err(Problem::new(what, "there must be one of each, or one per slice", QUANTIZE));
    }
    Ok(Some(Quantization { scales, zero_points, dimension }))
}

fn element_type(ty: tflite::TensorType) -> ElementType {
    use tflite::TensorType as T;
    match ty {
        T::INT4 => ElementType::Int4,
        T::INT8 => ElementType::Int8,
        T::UINT8 => ElementType::UInt8,
        T::INT16 => ElementType::Int16,
        T::UINT16 => ElementType::UInt16,
        T::INT32 => ElementType::Int32,
        T::UINT32 => ElementType::UInt32,
        T::INT64 => ElementType::Int64,
        T::UINT64 => ElementType::UInt64,
        T::FLOAT16 => ElementType::Float16,
        T::FLOAT32 => ElementType::Float32,
        T::FLOAT64 => ElementType::Float64,
        T::BOOL => ElementType::Bool,
        T::STRING => ElementType::String,
        T::RESOURCE => ElementType::Resource,
        _ => ElementType::Other,
    }
}
