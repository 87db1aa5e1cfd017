//! Weights, biases and other constants as integers.

use super::{Rewriting, bytes, meant, quantized};
use crate::diagnostics::Diagnostic;
use crate::graph::{ElementType, Tensor, TensorId};
use crate::import::Found;
use crate::quantize::fit::Fitted;
use crate::quantize::float::Value;
use crate::quantize::scales::scale;

/// Scale of weights that nothing is known of: of the size that weights have, for kernels have limits.
const DRAFT_SCALE: f32 = 1.0 / 256.0;

impl Rewriting<'_, '_> {
    /// Symmetric 8-bit weights.
    pub(super) fn weights(&self, id: TensorId, values: &[f32], dimension: Option<usize>) -> Tensor {
        let tensor = self.graph.tensor(id).clone();
        let along = dimension.and_then(|dimension| tensor.shape.get(dimension).copied()).unwrap_or(1);
        let inner: usize = match dimension {
            Some(dimension) => tensor.shape.iter().skip(dimension.saturating_add(1)).product(),
            None => values.len(),
        };
        let slice = |at: usize| at.checked_div(inner).unwrap_or(0).checked_rem(along).unwrap_or(0);
        let mut greatest = vec![0f32; along];
        for (at, x) in values.iter().enumerate() {
            if let Some(greatest) = greatest.get_mut(slice(at)) {
                *greatest = greatest.max(x.abs());
            }
        }
        let whole = greatest.iter().copied().fold(0f32, f32::max);
        let scales: Vec<f32> = greatest.iter().map(|greatest| scale(*greatest, whole)).collect();
        let scales = if self.scheme.draft { vec![DRAFT_SCALE; along] } else { scales };
        let integer = |(at, &x): (usize, &f32)| {
            let scale = scales.get(slice(at)).copied().unwrap_or(1.0);
            (x / scale).round().clamp(-127.0, 127.0) as i8 as u8
        };
        let data = match self.scheme.draft {
            true => vec![0; values.len()].into(),
            false => values.iter().enumerate().map(integer).collect(),
        };
        let quantization = meant(&scales, 0, dimension.unwrap_or(0));
        Tensor { ty: ElementType::Int8, quantization, data: Some(data), ..tensor }
    }

    /// Weights that were fitted.
    pub(super) fn fitted(&self, id: TensorId, fitted: &Fitted, dimension: usize) -> Tensor {
        let data = fitted.integers.iter().map(|integer| integer.cast_unsigned()).collect();
        let quantization = meant(&fitted.scales, 0, dimension);
        Tensor { ty: ElementType::Int8, quantization, data: Some(data), ..self.graph.tensor(id).clone() }
    }

    /// Biases on the scale of the products that they are added to.
    pub(super) fn bias(
        &self,
        found: &Found<'_>,
        id: TensorId,
        (input, weights): (usize, usize),
        computes: ElementType,
    ) -> Result<Tensor, Diagnostic> {
        let tensor = |index: usize| {
            let id = found.inputs.get(index).copied().flatten()?;
            self.tensors.get(id.0)?.quantization.as_ref()
        };
        let scales = tensor(input).zip(tensor(weights)).map(|(input, weights)| {
            let input = input.scales.first().copied().unwrap_or(1.0);
            weights.scales.iter().map(|scale| input * scale).collect::<Vec<f32>>()
        });
        let fitted = self.scheme.fitted.get(&found.index).and_then(|fitted| fitted.biases.as_deref());
        let values = fitted.or_else(|| self.constants.get(&id).and_then(Value::real));
        let (Some(scales), Some(values)) = (scales, values) else {
            return Err(Diagnostic::bug(format_args!(
                "operator {} has a bias that is not known",
                found.index
            )));
        };
        let ty = match computes {
            ElementType::Int16 => ElementType::Int64,
            _ => ElementType::Int32,
        };
        let corrections = self.scheme.corrections.get(&found.index);
        let corrections = corrections.into_iter().flatten().copied().chain(std::iter::repeat(0.0));
        let steps = values.iter().zip(corrections).zip(scales.iter().cycle());
        let integer = |((x, correction), scale): ((&f32, f32), &f32)| {
            let steps = (f64::from(*x) + f64::from(correction)) / f64::from(*scale);
            steps.round().clamp(f64::from(i32::MIN / 2), f64::from(i32::MAX / 2)) as i64
        };
        let data = match self.scheme.draft {
            true => vec![0; values.len().saturating_mul(ty.size().unwrap_or(1))].into(),
            false => steps.map(integer).flat_map(|x| bytes(x, ty)).collect(),
        };
        let quantization = meant(&scales, 0, 0);
        Ok(Tensor { ty, quantization, data: Some(data), ..self.graph.tensor(id).clone() })
    }

    /// A constant of 16 bits.
    pub(super) fn wide_constant(&self, id: TensorId, values: &[f32]) -> Tensor {
        let ty = ElementType::Int16;
        let reach = values.iter().fold(f32::MIN_POSITIVE, |reach, x| reach.max(x.abs()));
        let scale = reach / 32767.0;
        let data = match self.scheme.draft {
            true => vec![0; values.len().saturating_mul(2)].into(),
            false => values.iter().flat_map(|&x| bytes(quantized(x, scale, 0, ty), ty)).collect(),
        };
        let quantization = meant(&[scale], 0, 0);
        Tensor { ty, quantization, data: Some(data), ..self.graph.tensor(id).clone() }
    }
}
