//! One operator of a float model, and what it computes.

use super::{Value, elements, layers, pictures, rows};
use crate::ops::Op;
use crate::read::Reader;

/// What an operator computes with.
pub(super) struct Operands<'v, 'r> {
    pub(super) values: Vec<Option<&'v Value>>,
    pub(super) reader: &'r Reader<'r>,
    pub(super) op: Option<&'r dyn Op>,
}

impl<'v> Operands<'v, '_> {
    pub(super) fn value(&self, index: usize) -> Option<&'v Value> {
        self.values.get(index).copied().flatten()
    }

    pub(super) fn real(&self, index: usize) -> Option<&'v [f32]> {
        self.value(index)?.real()
    }

    pub(super) fn shape(&self, index: usize) -> Option<&[usize]> {
        Some(&self.reader.tensor(self.reader.optional_input(index)?).shape)
    }

    pub(super) fn output_shape(&self) -> Option<&[usize]> {
        Some(&self.reader.tensor(*self.reader.outputs.first()?).shape)
    }

    /// The outputs, if there is a way to compute them.
    pub(super) fn compute(&self) -> Option<Vec<Value>> {
        match self.reader.name {
            "RESHAPE" | "SQUEEZE" | "EXPAND_DIMS" => return Some(vec![self.value(0)?.clone()]),
            "ZEROS_LIKE" => return Some(vec![Value::Real(vec![0.0; self.value(0)?.len()])]),
            _ => {}
        }
        // First of all what has weights, which are not to be copied for nothing.
        if let Some(one) = layers::compute(self) {
            return Some(vec![one]);
        }
        if let Some(results) = self.moved() {
            return Some(results);
        }
        let one = pictures::compute(self).or_else(|| rows::compute(self)).or_else(|| elements::compute(self));
        Some(vec![one?])
    }

    /// The outputs of an operator that only moves elements.
    fn moved(&self) -> Option<Vec<Value>> {
        let source = self.op?;
        let len: Vec<usize> =
            self.reader.outputs.iter().map(|&id| self.reader.tensor(id).elements()).collect();
        let bytes: Option<Vec<Vec<u8>>> = self.values.iter().map(|value| Some((*value)?.bytes())).collect();
        let bytes = bytes?;
        let views: Vec<&[u8]> = bytes.iter().map(Vec::as_slice).collect();
        let moved = source.moved(&views, &len, size_of::<f32>())?;
        // The operands that elements are taken from are of the kind of the output.
        let output = self.reader.tensor(*self.reader.outputs.first()?);
        let kind = if output.ty.is_float() { Value::Real(Vec::new()) } else { Value::Whole(Vec::new()) };
        Some(moved.iter().map(|bytes| kind.like(bytes)).collect())
    }
}
