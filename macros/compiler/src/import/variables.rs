//! Variables: which there are, and what they start with.

use super::Import;
use crate::diagnostics::{At, Problem, printable};
use crate::graph::{Contents, Effect, ElementType, Graph, Node, Tensor, TensorId, Value, Variable};
use crate::read::CONVERT_AGAIN;
use std::collections::HashMap;

/// The variable that a tensor is. TensorFlow Lite Micro starts `int8` ones at the zero point and others
/// at 0.
pub(super) fn of_tensor(id: TensorId, tensor: &Tensor) -> Variable {
    let initial = match tensor.ty {
        ElementType::Int8 => at_zero_point(tensor),
        _ => Value { contents: Contents::Fill(0), ..at_zero_point(tensor) },
    };
    Variable { name: tensor.name.clone(), tensor: Some(id), initial: Some(initial) }
}

/// What a variable holds before anything is assigned to it: every byte is the zero point of the value
/// that is assigned first, as in TensorFlow Lite Micro.
fn at_zero_point(value: &Tensor) -> Value {
    let zero_point = value.quantization.as_ref().and_then(|q| q.zero_points.first().copied());
    let contents = Contents::Fill(zero_point.unwrap_or(0) as u8);
    Value { ty: value.ty, elements: value.elements(), contents }
}

impl Import<'_, '_> {
    /// Takes what an operator says about variables, and keeps it if it runs in every inference.
    pub(super) fn keep(&mut self, node: Node) -> Result<(), Problem> {
        match node.op.effect() {
            Effect::Names(name) => {
                self.name(name, &node.outputs);
                return Ok(());
            }
            Effect::Initializes(graph) => return self.initialize(graph),
            Effect::Assigns(variable, value) => {
                let Graph { tensors, variables, .. } = &mut self.graph;
                if let (Some(variable), Some(value)) = (variables.get_mut(variable.0), tensors.get(value.0)) {
                    let initial = variable.initial.get_or_insert_with(|| at_zero_point(value));
                    check_value(initial, &variable.name, value)?;
                }
            }
            Effect::Reads(..) | Effect::None => {}
        }
        self.graph.nodes.push(node);
        Ok(())
    }

    /// Makes tensors refer to the variable of a name.
    fn name(&mut self, name: String, outputs: &[TensorId]) {
        let variables = &mut self.graph.variables;
        let known = variables.iter().position(|v| v.tensor.is_none() && v.name == name);
        let id = known.unwrap_or(variables.len());
        if known.is_none() {
            variables.push(Variable { name, tensor: None, initial: None });
        }
        for output in outputs {
            if let Some(tensor) = self.graph.tensors.get_mut(output.0) {
                tensor.data = Some((id as u64).to_le_bytes().into());
            }
        }
    }

    /// Runs the graph that gives variables what they start with.
    fn initialize(&mut self, index: usize) -> Result<(), Problem> {
        let refuse = |what: String, why: &str| Err(Problem::new(what, why, CONVERT_AGAIN));
        let uses = |node: &Node| matches!(node.op.effect(), Effect::Reads(..) | Effect::Assigns(..));
        if self.graph.nodes.iter().any(uses) {
            let why = "the first inference would not find what they start with";
            return refuse("variables are used before".to_owned(), why);
        }
        // Every graph is read once, so that a file cannot ask for a long time.
        let first = index != 0 && !self.once && self.ran.insert(index);
        let graph = self.file.graph(index).filter(|_| first);
        let Some(graph) = graph else {
            return refuse(format!("graph {index} is to run once"), "it is not there, or runs already");
        };
        let before = self.graph.variables.len();
        let mut once = Import::new(self.file, std::mem::take(&mut self.graph.variables));
        once.once = true;
        once.run(graph);
        let result = once.assigned();
        self.graph.variables = once.graph.variables;
        result
            .map_err(|(what, why)| Problem::new(format!("in graph {index}, {what}"), why, CONVERT_AGAIN))?;
        // Tensors of the other graph are none of this one.
        let kept = self.graph.variables.iter_mut().skip(before).filter_map(|variable| variable.tensor.take());
        match kept.count() {
            0 => Ok(()),
            _ => refuse(format!("graph {index} has variable tensors"), "it runs once, so nothing can vary"),
        }
    }

    /// Computes the graph that runs once: all it may do is to assign constants.
    fn assigned(&mut self) -> Result<(), (String, String)> {
        if let Some(error) = self.errors.first() {
            return Err((format!("{}: {}", error.at, error.what), error.why.clone()));
        }
        let Graph { nodes, tensors, variables, .. } = &mut self.graph;
        for node in nodes {
            let (variable, value) = match node.op.effect() {
                Effect::Assigns(variable, value) => (variables.get_mut(variable.0), tensors.get(value.0)),
                _ => (None, None),
            };
            let constant = value.and_then(|value| {
                let contents = Contents::of(value.data.as_ref()?);
                Some(Value { ty: value.ty, elements: value.elements(), contents })
            });
            match (variable, constant) {
                (Some(variable), Some(value)) => variable.initial = Some(value),
                _ => {
                    let what = format!("operator {} {} does not assign a constant", node.index, node.name);
                    return Err((what, "it is computed while compiling, to know how variables start".into()));
                }
            }
        }
        Ok(())
    }

    /// Checks that variables are read as what they are, and that nobody else reads variable tensors.
    pub(super) fn check_variables(&mut self) {
        let Graph { nodes, variables, .. } = &self.graph;
        let mut problems = Vec::new();
        for node in nodes {
            let Effect::Reads(variable, output) = node.op.effect() else { continue };
            let Some(variable) = variables.get(variable.0) else { continue };
            let read = match &variable.initial {
                Some(value) => check_value(value, &variable.name, self.graph.tensor(output)),
                None => Err(Problem::new(
                    format!("variable `{}` is read", printable(&variable.name)),
                    "no operator assigns anything to it",
                    CONVERT_AGAIN,
                )),
            };
            problems.extend(read.err().map(|problem| problem.at(self.graph.at(node))));
        }
        let mut readers: HashMap<TensorId, usize> = HashMap::new();
        for &id in nodes.iter().flat_map(|node| node.inputs.iter().flatten()).chain(&self.graph.outputs) {
            let count = readers.entry(id).or_default();
            *count = count.saturating_add(1);
        }
        for (variable, id) in variables.iter().filter_map(|v| Some((v, v.tensor?))) {
            if readers.get(&id).is_some_and(|&count| count > 1) {
                let problem = Problem::new(
                    "this variable tensor is read in several places",
                    "what they find would depend on the order in which they run",
                    "give every layer a state of its own",
                );
                problems.push(problem.at(At::Tensor { index: id.0, name: variable.name.clone() }));
            }
        }
        self.errors.extend(problems);
    }
}

/// Checks that a tensor has the type and size of a variable.
fn check_value(variable: &Value, name: &str, tensor: &Tensor) -> Result<(), Problem> {
    if (variable.ty, variable.elements) == (tensor.ty, tensor.elements()) {
        return Ok(());
    }
    Err(Problem::new(
        format!(
            "{} elements of {} of variable `{}`, which has {} of {}",
            tensor.elements(),
            tensor.ty,
            printable(name),
            variable.elements,
            variable.ty
        ),
        "a variable has one type and size",
        CONVERT_AGAIN,
    ))
}
