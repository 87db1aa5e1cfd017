//! File → Graph. Everything a user can do wrong is said here, and all at once.

use crate::diagnostics::{At, Diagnostic, Problem, printable};
use crate::graph::{ElementType, Graph, Node, Tensor, TensorId, Variable};
use crate::limits::{MAX_FOLDED, MAX_OPERANDS, MAX_OPERATORS, MAX_PORTS, MAX_TENSORS, SMALLER};
use crate::ops::{OPERATORS, Op, Operator};
use crate::quantize::{CALIBRATE, WHY_CALIBRATE};
use crate::read::{CONVERT_AGAIN, Reader};
use crate::schema::{File, readable, tflite};
use crate::unsupported;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

mod legacy;
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
    let warnings = fixed_shapes(main, &import.graph.inputs);
    Imported { graph: import.graph, errors: import.errors, warnings, floats: import.floats, ops: import.ops }
}

/// Inputs some of whose dimensions the file leaves open.
fn fixed_shapes(main: tflite::SubGraph<'_>, inputs: &[TensorId]) -> Vec<Diagnostic> {
    let Some(tensors) = main.tensors() else { return Vec::new() };
    let known = inputs.iter().filter(|id| id.0 < tensors.len());
    let open = known.map(|id| (id.0, tensors.get(id.0))).filter_map(|(index, tensor)| {
        let signature: Vec<i32> = tensor.shape_signature()?.iter().collect();
        let shape: Vec<i32> = tensor.shape()?.iter().collect();
        let problem = Problem::new(
            format!("shape {signature:?} is compiled as {shape:?}"),
            "memory is planned for one shape, and the file has this one for the open dimensions (-1)",
            "convert with a fixed input shape, as by `keras.Input(shape, batch_size=1)`",
        );
        let at = At::Tensor { index, name: tensor.name().unwrap_or_default().to_owned() };
        signature.contains(&-1).then(|| problem.at(at))
    });
    open.collect()
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

    /// What the caller provides as `uint8` is shifted first.
    fn shift_inputs(&mut self) {
        let mut inputs = std::mem::take(&mut self.graph.inputs);
        for input in &mut inputs {
            if let Some(port) = legacy::port(&mut self.graph, *input) {
                self.graph.nodes.push(legacy::node(0, port, *input));
                self.written.insert(port);
                *input = port;
            }
        }
        self.graph.inputs = inputs;
    }

    /// What the caller gets as `uint8` is shifted back at last.
    fn shift_outputs(&mut self, operators: usize) {
        let mut outputs = std::mem::take(&mut self.graph.outputs);
        for output in &mut outputs {
            if let Some(port) = legacy::port(&mut self.graph, *output) {
                self.graph.nodes.push(legacy::node(operators.saturating_sub(1), *output, port));
                *output = port;
            }
        }
        self.graph.outputs = outputs;
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

    fn operator(&mut self, index: usize, operator: tflite::Operator<'a>) {
        let codes = self.file.operator_codes();
        let Some(code) = codes.get(operator.opcode_index() as usize) else {
            let what = format!("its code is entry {} of {}", operator.opcode_index(), codes.len());
            let problem = Problem::new(what, "there is no such entry", CONVERT_AGAIN);
            let at = At::Operator { index, name: "unknown".to_owned(), output: String::new() };
            return self.errors.push(problem.at(at));
        };
        let (name, row) = identify(code);
        let mut at = At::Operator { index, name: name.clone(), output: String::new() };
        let tensors = self.node_tensors(operator);
        if let (At::Operator { output, .. }, Ok((_, outputs))) = (&mut at, &tensors) {
            *output = outputs.first().map(|&id| self.graph.tensor(id).name.clone()).unwrap_or_default();
        }
        // What an operator writes counts as written even if it cannot be compiled, so that one mistake
        // is one error.
        let known = tensors.as_ref().map(|(_, outputs)| outputs.clone()).unwrap_or_default();
        if let Ok((inputs, outputs)) = &tensors {
            let used: Vec<TensorId> = inputs.iter().flatten().chain(outputs).copied().collect();
            if used.into_iter().fold(false, |any, id| self.is_broken(id) | any) {
                return self.written.extend(known);
            }
        }
        let read = row.ok_or_else(|| unsupported::problem(&name, code)).and_then(|row| {
            unsupported::check_version(code)?;
            let (inputs, outputs) = tensors?;
            self.node(index, operator, row, inputs, outputs)
        });
        self.written.extend(known);
        if let Err(problem) = read {
            self.errors.push(problem.at(at));
        }
    }

    /// Reads one supported operator, and computes it if all it reads is constant.
    fn node(
        &mut self,
        index: usize,
        operator: tflite::Operator<'a>,
        row: &'static Operator,
        inputs: Vec<Option<TensorId>>,
        outputs: Vec<TensorId>,
    ) -> Result<(), Problem> {
        let unwritten = inputs.iter().flatten().find(|id| !self.written.contains(id));
        let unwritten = unwritten.map(|&id| not_written(self.graph.tensor(id)));
        let rewritten = outputs.iter().find(|id| self.written.contains(id));
        let rewritten = rewritten.map(|&id| written_twice(self.graph.tensor(id)));
        if let Some(problem) = unwritten.or(rewritten) {
            return Err(problem);
        }
        if let Some(found) = &mut self.survey {
            found.push(Found { index, operator, row, inputs, outputs });
            return Ok(());
        }
        let reader =
            Reader { graph: &self.graph, operator, name: row.name, inputs: &inputs, outputs: &outputs };
        reader_float_check(&reader).inspect_err(|_| self.floats = true)?;
        legacy::check(&reader)?;
        let op = (row.read)(&reader)?;
        self.ops.insert(index, op.clone());
        let node = Node { index, name: row.name, op, inputs, outputs, notes: Vec::new() };
        match node.op.fold(&self.graph, &node) {
            Some(values) => {
                self.count_folded(&node, &values)?;
                for (id, value) in node.outputs.iter().zip(values) {
                    self.graph.tensor_mut(*id).data = Some(value);
                }
            }
            None => self.keep(node)?,
        }
        Ok(())
    }

    /// Limits what is computed while compiling. What is an input's memory takes none of its own.
    fn count_folded(&mut self, node: &Node, values: &[Rc<[u8]>]) -> Result<(), Problem> {
        let inputs = node.inputs.iter().flatten().filter_map(|&id| self.graph.tensor(id).data.as_ref());
        let inputs: Vec<&Rc<[u8]>> = inputs.collect();
        let new = values.iter().filter(|value| !inputs.iter().any(|input| Rc::ptr_eq(input, value)));
        let total = new.fold(self.folded, |total, value| total.saturating_add(value.len()));
        self.folded = total;
        match total {
            ..=MAX_FOLDED => Ok(()),
            _ => Err(Problem::new(
                format!("with this one, what is computed from constants takes {total} bytes"),
                format!("the limit is {MAX_FOLDED}"),
                "compute them before the model is converted",
            )),
        }
    }

    /// The tensors that an operator names.
    #[allow(clippy::type_complexity)] // a pair of lists
    fn node_tensors(
        &self,
        operator: tflite::Operator<'a>,
    ) -> Result<(Vec<Option<TensorId>>, Vec<TensorId>), Problem> {
        let operands = [operator.inputs(), operator.outputs()].map(|list| list.map_or(0, |list| list.len()));
        if let Some(count) = operands.into_iter().find(|&count| count > MAX_OPERANDS) {
            return Err(Problem::new(
                format!("{count} inputs or outputs"),
                format!("the limit is {MAX_OPERANDS}"),
                "do it in several steps",
            ));
        }
        let count = self.graph.tensors.len();
        let known = |id: i32| usize::try_from(id).ok().filter(|&id| id < count).map(TensorId);
        let missing = |id: i32, role: &str| {
            Problem::new(
                format!("{role} is tensor {id}"),
                format!("there are {count} tensors"),
                CONVERT_AGAIN,
            )
        };
        let input = |id: i32| match id {
            -1 => Ok(None),
            _ => known(id).map(Some).ok_or_else(|| missing(id, "an input")),
        };
        let inputs = operator.inputs().into_iter().flatten().map(input).collect::<Result<_, _>>()?;
        let output = |id: i32| known(id).ok_or_else(|| missing(id, "an output"));
        let outputs = operator.outputs().into_iter().flatten().map(output).collect::<Result<_, _>>()?;
        Ok((inputs, outputs))
    }

    /// Inputs and outputs of the model must be of types that a program can hold, and have values.
    fn check_ports(&mut self) {
        let at =
            |graph: &Graph, id: TensorId| At::Tensor { index: id.0, name: graph.tensor(id).name.clone() };
        let ports: Vec<TensorId> = self.graph.inputs.iter().chain(&self.graph.outputs).copied().collect();
        for id in ports {
            self.is_broken(id);
        }
        // If something is wrong with an operator, it is said what.
        let unwritten = self.graph.outputs.iter().filter(|id| !self.written.contains(id));
        if let (Some(&id), true) = (unwritten.into_iter().next(), self.errors.is_empty()) {
            let problem = Problem::new(
                "an output that has no values",
                "no operator writes it, and it is neither an input nor a constant",
                CONVERT_AGAIN,
            );
            self.errors.push(problem.at(at(&self.graph, id)));
        }
        if self.graph.outputs.is_empty() && self.errors.is_empty() {
            let problem = Problem::new("the model has no output", "there is nothing to infer", CONVERT_AGAIN);
            self.errors.push(problem.at(At::Model));
        }
    }
}

/// The operator's name in the schema, and its row in the list if it is supported.
fn identify(code: &tflite::OperatorCode<'_>) -> (String, Option<&'static Operator>) {
    // Files from before 2020 have the code in the older, narrower field.
    let older = tflite::BuiltinOperator(code.deprecated_builtin_code().into());
    let builtin = code.builtin_code().max(older);
    let custom = code.custom_code().filter(|_| builtin == tflite::BuiltinOperator::CUSTOM);
    let name = match custom {
        Some(custom) => format!("CUSTOM {custom}"),
        None => builtin.variant_name().map_or_else(|| format!("operator code {}", builtin.0), str::to_owned),
    };
    let is_named = |row: &&Operator| builtin != tflite::BuiltinOperator::CUSTOM || custom == Some(row.name);
    (name, OPERATORS.iter().filter(|row| row.code == builtin).find(is_named))
}

fn not_written(tensor: &Tensor) -> Problem {
    Problem::new(
        format!("tensor `{}` is read before anything is written to it", printable(&tensor.name)),
        "operators must stand in the order in which they run",
        CONVERT_AGAIN,
    )
}

fn written_twice(tensor: &Tensor) -> Problem {
    Problem::new(
        format!("tensor `{}` is written again", printable(&tensor.name)),
        "inputs, constants and outputs of other operators have one value",
        CONVERT_AGAIN,
    )
}

/// A float model is one problem that has nothing to do with the operator it shows at.
fn reader_float_check(reader: &Reader<'_>) -> Result<(), Problem> {
    const BORDER: [&str; 2] = ["QUANTIZE", "DEQUANTIZE"];
    let ids = reader.inputs.iter().flatten().chain(reader.outputs);
    let float = ids.map(|&id| reader.tensor(id)).find(|tensor| tensor.ty.is_float());
    match float {
        // A DEQUANTIZE of 16-bit floats is there to make weights wider.
        Some(tensor) if !BORDER.contains(&reader.name) || tensor.ty == ElementType::Float16 => {
            Err(Problem::new(format!("computes in {}", tensor.ty), WHY_CALIBRATE, CALIBRATE))
        }
        _ => Ok(()),
    }
}
