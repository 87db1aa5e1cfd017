//! A float model with what its integers are to mean, rewritten as the integer model that the readers of
//! operators then check as any other.

use super::choose::meaning_of;
use super::fit::Fitted;
use super::float::Value;
use super::roles::{Role, fixed_output, is_tied, role};
use super::scales::scale;
use super::settings::Fixed;
use crate::diagnostics::{At, Diagnostic};
use crate::graph::{ElementType, Graph, Node, Quantization, Tensor, TensorId};
use crate::import::{Found, Script, Step};
use crate::ops::{Op, Shift, requantize};
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

/// Steps of 16 bits in one of 8: 255 of these still fit.
const WIDER: f32 = 128.0;

/// Scale and zero point.
pub(crate) type Meaning = (f32, i32);

/// Scale of weights that nothing is known of: of the size that weights have, for kernels have limits.
const DRAFT_SCALE: f32 = 1.0 / 256.0;

/// What the integers of all real tensors are to mean.
#[derive(Clone, Debug)]
pub(crate) struct Scheme {
    /// Type of activations.
    pub(crate) ty: ElementType,
    /// Groups of tensors that have 16 bits although others have 8.
    pub(crate) wide: BTreeSet<TensorId>,
    /// For each group of tensors that must mean the same.
    pub(crate) meanings: HashMap<TensorId, Meaning>,
    /// What biases are corrected by, for each operator by its position in the file.
    pub(crate) corrections: HashMap<usize, Vec<f32>>,
    /// Weights that were fitted to samples, in the same way; the biases in them are corrected already.
    pub(crate) fitted: HashMap<usize, Fitted>,
    /// Types of inputs and outputs; none where there are only plain integers.
    pub(crate) inputs: Vec<Option<Fixed>>,
    pub(crate) outputs: Vec<Option<Fixed>>,
    /// Whether nothing is known yet, so that weights are zeros: to check all but numbers.
    pub(crate) draft: bool,
}

/// For each tensor the first of those whose integers must mean the same as its own.
pub(crate) struct Groups(Vec<TensorId>);

impl Groups {
    /// The groups of a model.
    pub(crate) fn of<'f, 'a: 'f>(graph: &Graph, operators: impl Iterator<Item = &'f Found<'a>>) -> Self {
        let mut groups = Self((0..graph.tensors.len()).map(TensorId).collect());
        for found in operators {
            let name = found.row.name;
            let real = |id: &&TensorId| graph.tensors.get(id.0).is_some_and(|tensor| tensor.ty.is_float());
            let ids: Vec<TensorId> = match name {
                "UNIDIRECTIONAL_SEQUENCE_LSTM" => {
                    found.inputs.get(18).into_iter().flatten().chain(&found.outputs).copied().collect()
                }
                _ if is_tied(name) => {
                    found.inputs.iter().flatten().chain(&found.outputs).filter(real).copied().collect()
                }
                _ => continue,
            };
            if let Some((&first, rest)) = ids.split_first() {
                rest.iter().for_each(|&other| groups.join(first, other));
            }
        }
        groups
    }

    fn join(&mut self, a: TensorId, b: TensorId) {
        let (a, b) = (self.first(a), self.first(b));
        let (first, other) = (a.min(b), a.max(b));
        self.0.iter_mut().filter(|id| **id == other).for_each(|id| *id = first);
    }

    /// The first of a tensor's group.
    pub(crate) fn first(&self, id: TensorId) -> TensorId {
        self.0.get(id.0).copied().unwrap_or(id)
    }
}

impl Scheme {
    /// One under which every operator can be read, to check all but numbers.
    pub(crate) fn draft(ty: ElementType) -> Self {
        let (inputs, outputs) = (Vec::new(), Vec::new());
        let (meanings, corrections, fitted) = (HashMap::new(), HashMap::new(), HashMap::new());
        let wide = BTreeSet::new();
        Self { ty, wide, meanings, corrections, fitted, inputs, outputs, draft: true }
    }

    /// Numbers as the integers of a tensor can stand for them.
    pub(crate) fn rounded(&self, groups: &Groups, id: TensorId, mut values: Vec<f32>) -> Vec<f32> {
        let (scale, zero_point) = self.meaning(groups, id);
        let (least, greatest) = self.ty_of(groups, id).range().unwrap_or((i32::MIN, i32::MAX));
        let bound = |integer: i32| integer.saturating_sub(zero_point) as f32;
        let (least, greatest) = (bound(least), bound(greatest));
        values.iter_mut().for_each(|x| *x = (*x / scale).round().clamp(least, greatest) * scale);
        values
    }

    /// The type of a tensor's integers.
    pub(crate) fn ty_of(&self, groups: &Groups, id: TensorId) -> ElementType {
        if self.wide.contains(&groups.first(id)) { ElementType::Int16 } else { self.ty }
    }

    /// The type in which an operator computes: that of what it writes if this is tied to what it reads, else the
    /// widest of all.
    pub(crate) fn computes_in(&self, graph: &Graph, groups: &Groups, found: &Found<'_>) -> ElementType {
        let name = found.row.name;
        let read =
            found.inputs.iter().enumerate().filter(|(index, _)| role(name, *index) == Role::Activation);
        let read = read.filter_map(|(_, id)| *id);
        let wide =
            |id: TensorId| graph.tensor(id).ty.is_float() && self.ty_of(groups, id) == ElementType::Int16;
        if read.chain(found.outputs.iter().copied()).any(wide) { ElementType::Int16 } else { self.ty }
    }

    fn meaning(&self, groups: &Groups, id: TensorId) -> Meaning {
        self.meanings.get(&groups.first(id)).copied().unwrap_or((0.5, 0))
    }
}

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

    /// Symmetric 8-bit weights.
    fn weights(&self, id: TensorId, values: &[f32], dimension: Option<usize>) -> Tensor {
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
    fn fitted(&self, id: TensorId, fitted: &Fitted, dimension: usize) -> Tensor {
        let data = fitted.integers.iter().map(|integer| integer.cast_unsigned()).collect();
        let quantization = meant(&fitted.scales, 0, dimension);
        Tensor { ty: ElementType::Int8, quantization, data: Some(data), ..self.graph.tensor(id).clone() }
    }

    /// Biases on the scale of the products that they are added to.
    fn bias(
        &self,
        found: &Found<'a>,
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

    /// A constant of 16 bits.
    fn wide_constant(&self, id: TensorId, values: &[f32]) -> Tensor {
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

    /// Inputs or outputs as the caller has them: of the wanted types, and with what brings them to the meanings
    /// inside.
    fn ports(
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
