//! A float model with what its integers are to mean, rewritten as the integer model that the readers of
//! operators then check as any other.

mod constants;
mod ports;

pub(crate) use super::scheme::{Groups, Meaning, Scheme};

use super::float::Value;
use super::roles::{Role, fixed_output, role};
use super::settings::Fixed;
use crate::diagnostics::{At, Diagnostic};
use crate::graph::{ElementType, Graph, Node, Quantization, Tensor, TensorId};
use crate::import::{Found, Script, Step};
use crate::ops::{Op, requantize};
use std::collections::HashMap;
use std::rc::Rc;

/// Steps of 16 bits in one of 8: 255 of these still fit.
const WIDER: f32 = 128.0;

/// Rewrites a model whose real constants are in `constants`.
pub(crate) fn rewrite<'f, 'a: 'f>(
    graph: &Graph,
    operators: impl Iterator<Item = &'f Found<'a>>,
    constants: &HashMap<TensorId, Value>,
    groups: &Groups,
    scheme: &Scheme,
) -> Result<Script<'a>, Diagnostic> {
    let (tensors, steps, fixed) = (Vec::new(), Vec::new(), HashMap::new());
    let mut rewriting = Rewriting { graph, constants, groups, scheme, tensors, steps, fixed };
    rewriting.tensors =
        graph.tensors.iter().enumerate().map(|(at, _)| rewriting.activation(TensorId(at))).collect();
    let inputs = rewriting.ports(&graph.inputs, &scheme.inputs, true)?;
    for found in operators {
        rewriting.operator(found)?;
    }
    let outputs = rewriting.ports(&graph.outputs, &scheme.outputs, false)?;
    let variables = graph.variables.iter().filter_map(|variable| variable.tensor).collect();
    let Rewriting { tensors, steps, fixed, .. } = rewriting;
    Ok(Script { tensors, inputs, outputs, variables, steps, fixed })
}

struct Rewriting<'m, 'a> {
    graph: &'m Graph,
    constants: &'m HashMap<TensorId, Value>,
    groups: &'m Groups,
    scheme: &'m Scheme,
    tensors: Vec<Tensor>,
    steps: Vec<Step<'a>>,
    fixed: HashMap<TensorId, Fixed>,
}

impl<'a> Rewriting<'_, 'a> {
    /// A tensor in its group's meaning; one that holds integers stays as it is.
    fn activation(&self, id: TensorId) -> Tensor {
        let tensor = self.graph.tensor(id);
        let constant = self.constants.get(&id).and_then(Value::real);
        if !tensor.ty.is_float() && constant.is_none() {
            return tensor.clone();
        }
        let (scale, zero_point) = self.scheme.meaning(self.groups, id);
        let (ty, quantization) = (self.scheme.ty_of(self.groups, id), meant(&[scale], zero_point, 0));
        let data = constant.map(|values| match self.scheme.draft {
            true => vec![0; values.len().saturating_mul(ty.size().unwrap_or(1))].into(),
            false => values.iter().flat_map(|&x| bytes(quantized(x, scale, zero_point, ty), ty)).collect(),
        });
        Tensor { ty, quantization, data, ..tensor.clone() }
    }

    fn push(&mut self, tensor: Tensor) -> TensorId {
        let id = TensorId(self.tensors.len());
        self.tensors.push(tensor);
        id
    }

    fn operator(&mut self, found: &Found<'a>) -> Result<(), Diagnostic> {
        let mut rewritten = found.clone();
        let computes = self.scheme.computes_in(self.graph, self.groups, found);
        for (index, slot) in rewritten.inputs.iter_mut().enumerate() {
            let Some(id) = *slot else { continue };
            let Some(values) = self.constants.get(&id).and_then(Value::real) else {
                if role(found.row.name, index) == Role::Cell {
                    self.cell(id);
                }
                if role(found.row.name, index) == Role::Activation {
                    *slot = Some(self.widened(found.index, id, computes)?);
                }
                continue;
            };
            let tensor = match role(found.row.name, index) {
                Role::Weights { dimension } => match self.scheme.fitted.get(&found.index) {
                    Some(fitted) => self.fitted(id, fitted, dimension),
                    None => self.weights(id, values, Some(dimension)),
                },
                Role::Matrix => self.weights(id, values, None),
                Role::Activation if self.scheme.ty_of(self.groups, id) != computes => {
                    self.wide_constant(id, values)
                }
                _ => continue,
            };
            *slot = Some(self.push(tensor));
        }
        for (index, slot) in rewritten.inputs.clone().iter().enumerate() {
            let (Some(id), Role::Bias { input, weights }) = (*slot, role(found.row.name, index)) else {
                continue;
            };
            let tensor = self.bias(&rewritten, id, (input, weights), computes)?;
            let id = self.push(tensor);
            rewritten.inputs.iter_mut().skip(index).take(1).for_each(|slot| *slot = Some(id));
        }
        let after = self.own_output(&mut rewritten, computes)?;
        self.steps.push(Step::Operator(rewritten));
        self.steps.extend(after);
        Ok(())
    }

    /// The cells of an LSTM have 16 bits.
    fn cell(&mut self, id: TensorId) {
        let (scale, _) = self.scheme.meanings.get(&id).copied().unwrap_or((1.0, 0));
        if let Some(tensor) = self.tensors.get_mut(id.0) {
            (tensor.ty, tensor.quantization) = (ElementType::Int16, meant(&[scale], 0, 0));
        }
    }

    /// A tensor of 8 bits as an operator that computes in 16 reads it: every step becomes 128, which is exact.
    fn widened(&mut self, index: usize, id: TensorId, computes: ElementType) -> Result<TensorId, Diagnostic> {
        let ty = self.scheme.ty_of(self.groups, id);
        if ty == computes || !self.graph.tensor(id).ty.is_float() {
            return Ok(id);
        }
        let meaning = self.scheme.meaning(self.groups, id);
        let wide = (meaning.0 / WIDER, 0);
        let own = Tensor { ty: computes, quantization: meant(&[wide.0], 0, 0), ..self.activation(id) };
        let own = self.push(own);
        let step = self.between(index, (id, meaning, ty), (own, wide, computes))?;
        self.steps.push(step);
        Ok(own)
    }

    /// If the operator computes its output in one way always, or in more bits than the group has, and that is not
    /// the group's, makes it write a tensor of its own, which is then brought to the group's.
    fn own_output(
        &mut self,
        found: &mut Found<'a>,
        computes: ElementType,
    ) -> Result<Vec<Step<'a>>, Diagnostic> {
        let mut after = Vec::new();
        let fixed = fixed_output(found.row.name, computes).filter(|_| found.outputs.len() == 1);
        for output in &mut found.outputs {
            if !self.graph.tensor(*output).ty.is_float() {
                continue;
            }
            let ty = self.scheme.ty_of(self.groups, *output);
            let meaning = self.scheme.meaning(self.groups, *output);
            let wide = Some((meaning.0 / WIDER, 0)).filter(|_| ty != computes);
            let Some(own) = fixed.or(wide).filter(|own| (*own, computes) != (meaning, ty)) else { continue };
            let tensor =
                Tensor { ty: computes, quantization: meant(&[own.0], own.1, 0), ..self.activation(*output) };
            let id = self.push(tensor);
            after.push(self.between(found.index, (id, own, computes), (*output, meaning, ty))?);
            *output = id;
        }
        Ok(after)
    }

    /// What brings a tensor to another meaning.
    fn between(
        &self,
        index: usize,
        (from, given, from_ty): (TensorId, Meaning, ElementType),
        (to, wanted, to_ty): (TensorId, Meaning, ElementType),
    ) -> Result<Step<'a>, Diagnostic> {
        let op = requantize(from_ty, given, to_ty, wanted).map_err(|problem| {
            let name = self.tensors.get(to.0).map(|tensor| tensor.name.clone()).unwrap_or_default();
            problem.at(At::Tensor { index: to.0, name })
        })?;
        Ok(node(index, op, from, to))
    }
}

/// Which input is an operator's one bias.
pub(crate) fn bias_of(found: &Found<'_>) -> Option<usize> {
    (0..4).find(|&index| matches!(role(found.row.name, index), Role::Bias { .. }))
}

fn node<'a>(index: usize, op: Rc<dyn Op>, from: TensorId, to: TensorId) -> Step<'a> {
    Step::Node(Node {
        index,
        name: "QUANTIZE",
        op,
        inputs: vec![Some(from)],
        outputs: vec![to],
        notes: Vec::new(),
    })
}

fn meant(scales: &[f32], zero_point: i32, dimension: usize) -> Option<Quantization> {
    Some(Quantization { scales: scales.to_vec(), zero_points: vec![zero_point; scales.len()], dimension })
}

/// The integer that stands for a real number.
pub(crate) fn quantized(x: f32, scale: f32, zero_point: i32, ty: ElementType) -> i64 {
    let (least, greatest) = ty.range().unwrap_or((i32::MIN, i32::MAX));
    let steps = f64::from(x / scale).round() + f64::from(zero_point);
    steps.clamp(least.into(), greatest.into()) as i64
}

/// An integer as the bytes of a type.
fn bytes(x: i64, ty: ElementType) -> impl Iterator<Item = u8> {
    x.to_le_bytes().into_iter().take(ty.size().unwrap_or(1))
}
