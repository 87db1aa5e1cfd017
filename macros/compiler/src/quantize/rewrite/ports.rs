//! Inputs and outputs of a model that was rewritten.

use super::{Rewriting, meant, node};
use crate::diagnostics::Diagnostic;
use crate::graph::{ElementType, Tensor, TensorId};
use crate::ops::Shift;
use crate::quantize::choose::meaning_of;
use crate::quantize::settings::Fixed;
use std::rc::Rc;

impl Rewriting<'_, '_> {
    /// Inputs or outputs as the caller has them: of the wanted types, and with what brings them to the meanings
    /// inside.
    pub(super) fn ports(
        &mut self,
        ids: &[TensorId],
        types: &[Option<Fixed>],
        inputs: bool,
    ) -> Result<Vec<TensorId>, Diagnostic> {
        let wanted = types.iter().copied().chain(std::iter::repeat(None));
        let last = self.steps.len().saturating_sub(1);
        let mut ports = Vec::with_capacity(ids.len());
        for (&id, wanted) in ids.iter().zip(wanted) {
            let Some(ty) = wanted else {
                ports.push(id);
                continue;
            };
            let meaning = self.scheme.meaning(self.groups, id);
            let inside = (meaning, self.scheme.ty_of(self.groups, id));
            let outside =
                (meaning_of(ty), if ty.bits == 16 { ElementType::Int16 } else { ElementType::Int8 });
            let mut port = id;
            if inside != outside {
                let quantization = meant(&[outside.0.0], outside.0.1, 0);
                let own = Tensor { ty: outside.1, quantization, ..self.activation(id) };
                port = self.push(Tensor { data: None, ..own });
                let (port, id) = ((port, outside.0, outside.1), (id, inside.0, inside.1));
                let (from, to) = if inputs { (port, id) } else { (id, port) };
                let step = self.between(last, from, to)?;
                self.steps.push(step);
            }
            if !ty.signed {
                let bytes = Tensor {
                    ty: ElementType::UInt8,
                    quantization: meant(&[outside.0.0], 0, 0),
                    data: None,
                    ..self.graph.tensor(id).clone()
                };
                let bytes = self.push(bytes);
                let (from, to) = if inputs { (bytes, port) } else { (port, bytes) };
                let step = node(last, Rc::new(Shift), from, to);
                // What the caller provides is shifted before it is rescaled.
                let at = if inputs && inside != outside {
                    self.steps.len().saturating_sub(1)
                } else {
                    self.steps.len()
                };
                self.steps.insert(at, step);
                port = bytes;
            }
            self.fixed.insert(port, ty);
            ports.push(port);
        }
        Ok(ports)
    }
}
