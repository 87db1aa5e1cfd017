//! File → Graph. Everything a user can do wrong is said here, and all at once.

use crate::diagnostics::{At, Diagnostic, Problem};
use crate::graph::{ElementType, Graph, Tensor, TensorId, Variable};
use crate::limits::{MAX_OPERATORS, MAX_PORTS, MAX_TENSORS, SMALLER};
use crate::ops::Op;
use crate::read::CONVERT_AGAIN;
use crate::schema::{File, readable, tflite};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

mod legacy;
mod operators;
mod ports;
mod script;
mod tensors;
mod variables;

use tensors::{Buffers, read_tensor};

pub(crate) use script::{Found, Script, Step, Survey, is_quantized, perform, survey};

/// A model that was read: the graph as far as it could be understood.
pub struct Imported {
    pub graph: Graph,
    /// Everything that is wrong with it.
    pub errors: Vec<Diagnostic>,
    /// What is worth knowing even if nothing is wrong.
    pub warnings: Vec<Diagnostic>,
    /// Whether operators compute in floating point, so that the model has to be quantized first.
    pub floats: bool,
    /// What each operator was read as, by its position in the file.
    pub ops: HashMap<usize, Rc<dyn Op>>,
}

/// Reads a model.
pub fn import(bytes: &[u8]) -> Imported {
    let empty = Imported {
        graph: Graph::default(),
        errors: Vec::new(),
        warnings: Vec::new(),
        floats: false,
        ops: HashMap::new(),
    };
    let refused = |problem: Problem, empty| Imported { errors: vec![problem.at(At::Model)], ..empty };
    let bytes = readable(bytes);
    let file = match File::parse(&bytes) {
        Ok(file) => file,
        Err(problem) => return refused(problem, empty),
    };
    let Some(main) = file.graph(0) else {
        let problem = Problem::new("there is no graph", "a model has at least one", CONVERT_AGAIN);
        return refused(problem, empty);
    };
    let mut import = Import::new(&file, Vec::new());
    import.run(main);
    import.check_ports();
    import.shift_outputs(main.operators().map_or(0, |list| list.len()));
    import.check_variables();
    let warnings = ports::fixed_shapes(main, &import.graph.inputs);
    Imported { graph: import.graph, errors: import.errors, warnings, floats: import.floats, ops: import.ops }
}

struct Import<'f, 'a> {
    file: &'f File<'a>,
    graph: Graph,
    errors: Vec<Diagnostic>,
    /// Tensors that have a value before the node that is read next.
    written: HashSet<TensorId>,
    /// What is wrong with tensors, until it is said, which matters only if somebody uses them.
    broken: HashMap<TensorId, Option<Problem>>,
    /// Whether this is a graph that runs once.
    once: bool,
    /// The graphs that run once.
    ran: HashSet<usize>,
    /// Bytes of what was computed while compiling.
    folded: usize,
    /// Whether an operator computes in floating point.
    floats: bool,
    /// The operators as they stand in the file, if that is all that is asked for.
    survey: Option<Vec<Found<'a>>>,
    /// What the operators were read as, also those that were computed while compiling.
    ops: HashMap<usize, Rc<dyn Op>>,
}

impl<'f, 'a> Import<'f, 'a> {
    fn new(file: &'f File<'a>, variables: Vec<Variable>) -> Self {
        Self {
            file,
            graph: Graph { variables, ..Graph::default() },
            errors: Vec::new(),
            written: HashSet::new(),
            broken: HashMap::new(),
            once: false,
            ran: HashSet::new(),
            folded: 0,
            floats: false,
            survey: None,
            ops: HashMap::new(),
        }
    }

    fn run(&mut self, main: tflite::SubGraph<'a>) {
        let tensors = main.tensors().map_or(0, |list| list.len());
        let operators = main.operators().map_or(0, |list| list.len());
        for (count, limit, what) in
            [(tensors, MAX_TENSORS, "tensors"), (operators, MAX_OPERATORS, "operators")]
        {
            if count > limit {
                let problem =
                    Problem::new(format!("{count} {what}"), format!("the limit is {limit}"), SMALLER);
                return self.errors.push(problem.at(At::Model));
            }
        }
        for (list, what) in [(main.inputs(), "inputs"), (main.outputs(), "outputs")] {
            let count = list.map_or(0, |list| list.len());
            if count > MAX_PORTS {
                let problem = Problem::new(
                    format!("{count} {what}"),
                    format!("the limit is {MAX_PORTS}"),
                    "concatenate some of them in the model",
                );
                return self.errors.push(problem.at(At::Model));
            }
        }
        self.tensors(main);
        let inputs = self.ids(main.inputs(), "graph input");
        let outputs = self.ids(main.outputs(), "graph output");
        let (Some(inputs), Some(outputs)) = (inputs, outputs) else { return };
        self.graph.inputs = inputs;
        self.graph.outputs = outputs;
        self.written.extend(self.graph.inputs.iter().copied());
        self.shift_inputs();
        for (index, operator) in main.operators().into_iter().flatten().enumerate() {
            self.operator(index, operator);
        }
    }

    /// Reads all tensors; one that is broken stands as an empty one.
    fn tensors(&mut self, main: tflite::SubGraph<'a>) {
        let mut buffers = Buffers::of(self.file);
        for (index, tensor) in main.tensors().into_iter().flatten().enumerate() {
            let id = TensorId(index);
            let mut read = read_tensor(tensor, &mut buffers).unwrap_or_else(|problem| {
                self.broken.insert(id, Some(problem));
                let name = tensor.name().unwrap_or_default().to_owned();
                Tensor {
                    name,
                    shape: Vec::new(),
                    ty: ElementType::Other,
                    quantization: None,
                    data: None,
                    shifted: false,
                }
            });
            if tensor.is_variable() {
                read.data = None;
                self.graph.variables.push(variables::of_tensor(id, &read));
            }
            if read.data.is_some() || tensor.is_variable() {
                self.written.insert(id);
            }
            self.graph.tensors.push(read);
        }
    }

    /// Says what is wrong with a tensor that is used, once. Whether it is broken.
    fn is_broken(&mut self, id: TensorId) -> bool {
        let Some(problem) = self.broken.get_mut(&id) else { return false };
        if let Some(problem) = problem.take() {
            let name = self.graph.tensor(id).name.clone();
            self.errors.push(problem.at(At::Tensor { index: id.0, name }));
        }
        true
    }

    /// Ids of a list of tensors of the graph's border, all of which must exist.
    fn ids(&mut self, list: Option<flatbuffers::Vector<'a, i32>>, role: &str) -> Option<Vec<TensorId>> {
        let ids = list.into_iter().flatten();
        let known: Option<Vec<TensorId>> = ids
            .map(|id| usize::try_from(id).ok().filter(|&id| id < self.graph.tensors.len()).map(TensorId))
            .collect();
        if known.is_none() {
            let why = format!("there are {} tensors", self.graph.tensors.len());
            let problem = Problem::new(format!("a {role} that is not there"), why, CONVERT_AGAIN);
            self.errors.push(problem.at(At::Model));
        }
        known
    }
}
