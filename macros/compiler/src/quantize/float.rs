//! A float model, run as it stands in the file: what quantization is measured by.
//!
//! All sums are taken in one order in single precision, and what is no basic arithmetic comes from `libm`,
//! so that results are the same on every host.

mod elements;
mod fold;
mod layers;
mod lstm;
mod operands;
mod pictures;
mod products;
mod rows;
mod simplify;
mod value;

pub(crate) use fold::fused;
pub(crate) use layers::dot;
pub(crate) use products::Products;
pub(crate) use simplify::{constant, simplify};
pub use value::Value;

use crate::diagnostics::Diagnostic;
use crate::graph::{Graph, TensorId};
use crate::import::{Found, Imported, Survey};
use crate::ops::{Op, Operator};
use crate::read::Reader;
use operands::Operands;
use std::collections::HashMap;
use std::rc::Rc;

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

impl<'a> Float<'a> {
    /// Whether its quantization can try much in no time.
    pub(crate) fn is_small(&self) -> bool {
        self.work <= SMALL
    }

    /// A model whose shapes and options the readers of its operators have checked, with other types: what they made of it is
    /// in `draft`.
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
            "UNIDIRECTIONAL_SEQUENCE_LSTM" => lstm::lstm(self, step, values),
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
