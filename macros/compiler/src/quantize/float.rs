//! A float model, run as it stands in the file: what quantization is measured by.
//!
//! All sums are taken in one order in single precision, and what is no basic arithmetic comes from `libm`,
//! so that results are the same on every host.

mod elements;
mod fold;
mod layers;
mod pictures;
mod products;
mod rows;

pub(crate) use fold::fused;
pub(crate) use layers::dot;
pub(crate) use products::Products;

use crate::diagnostics::{At, Diagnostic, Problem};
use crate::graph::{ElementType, Graph, Tensor, TensorId};
use crate::import::{Found, Imported, Survey, is_quantized};
use crate::ops::{Op, Operator};
use crate::read::{CONVERT_AGAIN, QUANTIZE, Reader};
use std::collections::HashMap;
use std::rc::Rc;

/// The elements of a tensor.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Real numbers.
    Real(Vec<f32>),
    /// Integers that count, or truth values.
    Whole(Vec<i32>),
}

impl Value {
    /// Real numbers.
    pub(crate) fn real(&self) -> Option<&[f32]> {
        match self {
            Self::Real(values) => Some(values),
            Self::Whole(_) => None,
        }
    }

    /// Integers.
    fn whole(&self) -> Option<&[i32]> {
        match self {
            Self::Whole(values) => Some(values),
            Self::Real(_) => None,
        }
    }

    /// Number of elements.
    fn len(&self) -> usize {
        match self {
            Self::Real(values) => values.len(),
            Self::Whole(values) => values.len(),
        }
    }

    /// Four bytes for each element, for what only moves them.
    fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Real(values) => values.iter().flat_map(|x| x.to_le_bytes()).collect(),
            Self::Whole(values) => values.iter().flat_map(|x| x.to_le_bytes()).collect(),
        }
    }

    /// The reverse, of the kind of another value.
    fn like(&self, bytes: &[u8]) -> Self {
        let words = bytes.as_chunks().0.iter();
        match self {
            Self::Real(_) => Self::Real(words.map(|&word| f32::from_le_bytes(word)).collect()),
            Self::Whole(_) => Self::Whole(words.map(|&word| i32::from_le_bytes(word)).collect()),
        }
    }
}

/// An operator with what its reader made of it.
pub(crate) struct Step<'a> {
    pub(crate) found: Found<'a>,
    op: Option<Rc<dyn Op>>,
}

/// A float model that can be run.
pub(crate) struct Float<'a> {
    /// Shapes and integer constants.
    pub(crate) graph: Graph,
    pub(crate) steps: Vec<Step<'a>>,
    pub(crate) constants: HashMap<TensorId, Value>,
    /// Multiplications and results of one inference.
    pub(crate) work: usize,
    /// Tensors that keep their value from one inference to the next.
    state: HashMap<TensorId, Vec<f32>>,
    /// What nobody reads after each step.
    done: Vec<Vec<TensorId>>,
}

/// What a model takes of which an inference more or less does not matter.
const SMALL: usize = 1_000_000;

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

impl<'a> Float<'a> {
    /// A model whose shapes and options the readers of its operators have checked, with other types: what
    /// Whether its quantization can try much in no time.
    pub(crate) fn is_small(&self) -> bool {
        self.work <= SMALL
    }

    /// they made of it is in `draft`.
    pub(crate) fn new(survey: Survey<'a>, draft: &Imported) -> Result<Self, Diagnostic> {
        let constants = survey.graph.tensors.iter().enumerate();
        let constants = constants.filter_map(|(at, tensor)| Some((TensorId(at), constant(tensor)?)));
        let constants = constants.collect();
        let mut model = Self {
            graph: survey.graph,
            steps: Vec::new(),
            constants,
            work: usize::MAX,
            state: HashMap::new(),
            done: Vec::new(),
        };
        for variable in &model.graph.variables {
            if let Some(id) = variable.tensor {
                model.state.insert(id, vec![0.0; model.graph.tensor(id).elements()]);
            }
        }
        for found in survey.operators {
            // What the readers computed are the integers that shapes are made of.
            let integers = |&id: &TensorId| {
                let tensor = draft.graph.tensors.get(id.0)?;
                let counts = !model.graph.tensor(id).ty.is_float();
                Some((id, constant(tensor).filter(|_| counts)?))
            };
            let known: Option<Vec<(TensorId, Value)>> = found.outputs.iter().map(integers).collect();
            if let Some(known) = known {
                for (id, value) in known {
                    model.graph.tensor_mut(id).data = draft.graph.tensor(id).data.clone();
                    model.constants.insert(id, value);
                }
                continue;
            }
            let step = Step { op: draft.ops.get(&found.index).cloned(), found };
            let fixed = step.found.inputs.iter().flatten().all(|id| model.constants.contains_key(id));
            match fixed {
                true => model.fold(step)?,
                false => model.steps.push(step),
            }
        }
        model.done = model.last_uses();
        Ok(model)
    }

    /// What is read for the last time by each step.
    fn last_uses(&self) -> Vec<Vec<TensorId>> {
        let mut seen: std::collections::HashSet<TensorId> = self.graph.outputs.iter().copied().collect();
        let mut done: Vec<Vec<TensorId>> = Vec::with_capacity(self.steps.len());
        for step in self.steps.iter().rev() {
            let ids = step.found.inputs.iter().flatten().chain(&step.found.outputs);
            done.push(ids.copied().filter(|id| seen.insert(*id)).collect());
        }
        done.reverse();
        done
    }

    /// Computes what depends on constants alone.
    fn fold(&mut self, step: Step<'a>) -> Result<(), Diagnostic> {
        let outputs = self.evaluate(&step, &HashMap::new())?;
        for (id, value) in step.found.outputs.iter().zip(outputs) {
            self.constants.insert(*id, value);
        }
        Ok(())
    }

    /// Forgets all inferences.
    pub(crate) fn reset(&mut self) {
        self.state.values_mut().for_each(|values| values.fill(0.0));
    }

    /// Runs the model once. `watch` sees every tensor.
    pub(crate) fn run(
        &mut self,
        inputs: Vec<Value>,
        watch: &mut dyn FnMut(TensorId, &Value),
    ) -> Result<Vec<Value>, Diagnostic> {
        let mut values: HashMap<TensorId, Value> = HashMap::new();
        for (&id, value) in self.graph.inputs.iter().zip(inputs) {
            watch(id, &value);
            values.insert(id, value);
        }
        for at in 0..self.steps.len() {
            let Some(step) = self.steps.get(at) else { continue };
            let outputs = self.outputs(step, &values)?;
            let ids = step.found.outputs.clone();
            for (id, value) in ids.into_iter().chain(self.state_of(at)).zip(outputs) {
                watch(id, &value);
                match (self.state.get_mut(&id), value) {
                    (Some(state), Value::Real(value)) => *state = value,
                    (_, value) => _ = values.insert(id, value),
                }
            }
            self.forget(at, &mut values);
        }
        let known = |id: &TensorId| values.get(id).or_else(|| self.constants.get(id)).cloned();
        let outputs: Option<Vec<Value>> = self.graph.outputs.iter().map(known).collect();
        outputs.ok_or_else(|| Diagnostic::bug("an output of the float model was not computed"))
    }

    /// What a step writes. Values stand before constants.
    pub(crate) fn outputs(
        &self,
        step: &Step<'a>,
        values: &HashMap<TensorId, Value>,
    ) -> Result<Vec<Value>, Diagnostic> {
        match step.found.row.name {
            "UNIDIRECTIONAL_SEQUENCE_LSTM" => layers::lstm(self, step, values),
            _ => self.evaluate(step, values),
        }
    }

    /// Drops what nobody reads after a step.
    pub(crate) fn forget(&self, at: usize, values: &mut HashMap<TensorId, Value>) {
        for id in self.done.get(at).into_iter().flatten() {
            values.remove(id);
        }
    }

    /// Tensors that a step keeps, in the order in which it gives them after its outputs.
    fn state_of(&self, at: usize) -> Vec<TensorId> {
        let inputs = self.steps.get(at).map(|step| step.found.inputs.as_slice()).unwrap_or_default();
        inputs.iter().flatten().filter(|id| self.state.contains_key(id)).copied().collect()
    }

    /// What an operator multiplies with its weights; `None` if it has no weights to be fitted.
    pub(crate) fn products(
        &self,
        step: &Step<'a>,
        values: &HashMap<TensorId, Value>,
        wanted: &dyn Fn(usize) -> bool,
        row: &mut dyn FnMut(usize, &[f32]),
    ) -> Option<Products> {
        let Found { operator, row: Operator { name, .. }, inputs, outputs, .. } = &step.found;
        let reader = Reader { graph: &self.graph, operator: *operator, name, inputs, outputs };
        let known = |id: &TensorId| values.get(id).or_else(|| self.constants.get(id));
        let values = inputs.iter().map(|id| known(id.as_ref()?)).collect();
        products::products(&Operands { values, reader: &reader, op: step.op.as_deref() }, wanted, row)
    }

    /// The outputs of one operator.
    fn evaluate(&self, step: &Step<'a>, values: &HashMap<TensorId, Value>) -> Result<Vec<Value>, Diagnostic> {
        let Found { index, operator, row, inputs, outputs } = &step.found;
        let reader = Reader { graph: &self.graph, operator: *operator, name: row.name, inputs, outputs };
        let known = |id: &TensorId| values.get(id).or_else(|| self.constants.get(id));
        let operands = Operands {
            values: inputs.iter().map(|id| known(id.as_ref()?)).collect(),
            reader: &reader,
            op: step.op.as_deref(),
        };
        let results = operands.compute().filter(|results| {
            let sizes = outputs.iter().map(|&id| self.graph.tensor(id).elements());
            sizes.eq(results.iter().map(Value::len))
        });
        results.ok_or_else(|| {
            Diagnostic::bug(format_args!("operator {index} {} cannot be computed in floats", row.name))
        })
    }
}

/// What an operator computes with.
struct Operands<'v, 'r> {
    values: Vec<Option<&'v Value>>,
    reader: &'r Reader<'r>,
    op: Option<&'r dyn Op>,
}

impl<'v> Operands<'v, '_> {
    fn value(&self, index: usize) -> Option<&'v Value> {
        self.values.get(index).copied().flatten()
    }

    fn real(&self, index: usize) -> Option<&'v [f32]> {
        self.value(index)?.real()
    }

    fn shape(&self, index: usize) -> Option<&[usize]> {
        Some(&self.reader.tensor(self.reader.optional_input(index)?).shape)
    }

    fn output_shape(&self) -> Option<&[usize]> {
        Some(&self.reader.tensor(*self.reader.outputs.first()?).shape)
    }

    /// The outputs, if there is a way to compute them.
    fn compute(&self) -> Option<Vec<Value>> {
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
