//! File → Graph. Everything a user can do wrong is said here, and all at once.

use crate::diagnostics::{At, Diagnostic, Problem, printable};
use crate::graph::{ElementType, Graph, Node, Quantization, Tensor, TensorId};
use crate::ops::{OPERATORS, Operator};
use crate::read::{CONVERT_AGAIN, QUANTIZE, Reader};
use crate::schema::{File, MAX_OPERATORS, MAX_TENSORS, SMALLER, readable, tflite};
use std::collections::HashSet;
use std::rc::Rc;

mod legacy;

/// No tensor of a model for a microcontroller has more elements.
const MAX_ELEMENTS: usize = 1 << 26;
/// More dimensions than this are refused.
const MAX_RANK: usize = 8;

/// Reads a model: the graph as far as it could be understood, and everything that is wrong with it.
pub fn import(bytes: &[u8]) -> (Graph, Vec<Diagnostic>) {
    let empty = Graph { tensors: Vec::new(), nodes: Vec::new(), inputs: Vec::new(), outputs: Vec::new() };
    let bytes = readable(bytes);
    let file = match File::parse(&bytes) {
        Ok(file) => file,
        Err(problem) => return (empty, vec![problem.at(At::Model)]),
    };
    let Some(main) = file.main_graph() else {
        let problem = Problem::new("there is no graph", "a model has at least one", CONVERT_AGAIN);
        return (empty, vec![problem.at(At::Model)]);
    };
    let mut import = Import { file: &file, graph: empty, errors: Vec::new(), written: HashSet::new() };
    import.run(main);
    (import.graph, import.errors)
}

struct Import<'f, 'a> {
    file: &'f File<'a>,
    graph: Graph,
    errors: Vec<Diagnostic>,
    /// Tensors that have a value before the node that is read next.
    written: HashSet<TensorId>,
}

impl<'a> Import<'_, 'a> {
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
        self.tensors(main);
        if !self.errors.is_empty() {
            return; // operators on broken tensors would only repeat what is said
        }
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
        self.check_ports();
        self.shift_outputs(main.operators().map_or(0, |list| list.len()));
    }

    /// What the caller provides as `uint8` is shifted first.
    fn shift_inputs(&mut self) {
        for at in 0..self.graph.inputs.len() {
            let inside = self.graph.inputs[at];
            if let Some(port) = legacy::port(&mut self.graph, inside) {
                self.graph.nodes.push(legacy::node(0, port, inside));
                self.graph.inputs[at] = port;
                self.written.insert(port);
            }
        }
    }

    /// What the caller gets as `uint8` is shifted back at last.
    fn shift_outputs(&mut self, operators: usize) {
        for at in 0..self.graph.outputs.len() {
            let inside = self.graph.outputs[at];
            if let Some(port) = legacy::port(&mut self.graph, inside) {
                self.graph.nodes.push(legacy::node(operators.saturating_sub(1), inside, port));
                self.graph.outputs[at] = port;
            }
        }
    }

    /// Reads all tensors; one that is broken is an error and stands as an empty one.
    fn tensors(&mut self, main: tflite::SubGraph<'a>) {
        let buffers = self.file.buffers();
        for (index, tensor) in main.tensors().into_iter().flatten().enumerate() {
            let read = read_tensor(tensor, &buffers);
            let name = tensor.name().unwrap_or_default().to_owned();
            match read {
                Ok(tensor) => {
                    if tensor.data.is_some() {
                        self.written.insert(TensorId(index));
                    }
                    self.graph.tensors.push(tensor);
                }
                Err(problem) => self.errors.push(problem.at(At::Tensor { index, name })),
            }
        }
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
        let read = row.ok_or_else(|| unsupported(&name, code)).and_then(|row| {
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
        let reader =
            Reader { graph: &self.graph, operator, name: row.name, inputs: &inputs, outputs: &outputs };
        reader_float_check(&reader)?;
        legacy::check(&reader)?;
        let op = (row.read)(&reader)?;
        let node = Node { index, name: row.name, op, inputs, outputs };
        match node.op.fold(&self.graph, &node) {
            Some(values) => {
                for (id, value) in node.outputs.iter().zip(values) {
                    self.graph.tensors[id.0].data = Some(value);
                }
            }
            None => self.graph.nodes.push(node),
        }
        Ok(())
    }

    /// The tensors that an operator names.
    #[allow(clippy::type_complexity)] // a pair of lists
    fn node_tensors(
        &self,
        operator: tflite::Operator<'a>,
    ) -> Result<(Vec<Option<TensorId>>, Vec<TensorId>), Problem> {
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
        for &id in &self.graph.outputs {
            if !self.written.contains(&id) {
                self.errors.push(not_written(self.graph.tensor(id)).at(at(&self.graph, id)));
            }
        }
        if self.graph.outputs.is_empty() {
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
    let name = match (builtin, code.custom_code()) {
        (tflite::BuiltinOperator::CUSTOM, Some(custom)) => format!("CUSTOM {custom}"),
        _ => builtin.variant_name().map_or_else(|| format!("operator code {}", builtin.0), str::to_owned),
    };
    (name, OPERATORS.iter().find(|row| row.code == builtin))
}

fn unsupported(name: &str, code: &tflite::OperatorCode<'_>) -> Problem {
    let fix = match code.custom_code() {
        Some(custom) if custom.contains("ethos-u") => {
            "this file was compiled for an Arm Ethos-U NPU: use the model from before Vela"
        }
        Some(custom) if custom.contains("edgetpu") => {
            "this file was compiled for a Coral Edge TPU: use the model from before edgetpu_compiler"
        }
        Some(custom) if custom.starts_with("XC_") => {
            "this file was compiled for an XMOS xcore: use the model from before xformer"
        }
        _ => "replace the layer, or ask for the operator in an issue",
    };
    let what = format!("version {} of {} is not supported", code.version(), printable(name));
    let (why, fix) = match name {
        _ if FLOAT_ONLY.contains(&name) => (
            "TensorFlow Lite Micro computes it in floating point only, and so it has no quantized form",
            "replace the layer by one that has an int8 form",
        ),
        "IF" | "WHILE" => (
            "which operators run must be known during compilation",
            "compute both branches and choose with SELECT_V2, or unroll the loop before converting",
        ),
        "WHERE" => (
            "how many elements it gives is known only when the model runs, and memory is planned before",
            "choose elements with SELECT_V2 (`tf.where` with three arguments)",
        ),
        _ => ("there is no kernel for it", fix),
    };
    Problem::new(what, why, fix)
}

/// Operators for which TensorFlow Lite Micro has kernels on floating-point numbers alone.
const FLOAT_ONLY: [&str; 13] = [
    "CEIL",
    "COS",
    "EXP",
    "FLOOR",
    "FLOOR_DIV",
    "FLOOR_MOD",
    "L2_POOL_2D",
    "LOG",
    "NEG",
    "ROUND",
    "SIN",
    "SQRT",
    "SQUARE",
];

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
        Some(tensor) if !BORDER.contains(&reader.name) => Err(Problem::new(
            format!("tensor `{}` is {}", printable(&tensor.name), tensor.ty),
            "float models are not supported yet, only those with integer activations and weights",
            QUANTIZE,
        )),
        _ => Ok(()),
    }
}

fn read_tensor(tensor: tflite::Tensor<'_>, buffers: &[Result<&[u8], Problem>]) -> Result<Tensor, Problem> {
    let shape = read_shape(tensor)?;
    let ty = element_type(tensor.type_());
    if ty == ElementType::Other {
        return Err(Problem::new(
            format!("element type {}", tensor.type_().0),
            "the schema has no such type",
            CONVERT_AGAIN,
        ));
    }
    if tensor.sparsity().is_some() {
        return Err(Problem::new(
            "sparse weights",
            "kernels read dense weights",
            "convert without sparsity (pruned weights stay zeros)",
        ));
    }
    let elements = shape.iter().product::<usize>();
    let data = match buffers.get(tensor.buffer() as usize) {
        None => {
            let what = format!("its buffer is entry {} of {}", tensor.buffer(), buffers.len());
            return Err(Problem::new(what, "there is no such entry", CONVERT_AGAIN));
        }
        Some(Err(problem)) => return Err(problem.clone()),
        Some(Ok(bytes)) => read_data(bytes, ty, elements)?,
    };
    let zeros = data.as_deref().is_some_and(|bytes| bytes.iter().all(|&byte| byte == 0));
    let quantization = tensor.quantization().map(|q| read_quantization(q, &shape, ty, zeros));
    let quantization = quantization.transpose()?.flatten();
    let name = tensor.name().unwrap_or_default().to_owned();
    let mut tensor = Tensor { name, shape, ty, quantization, data, shifted: false };
    legacy::shift(&mut tensor);
    Ok(tensor)
}

/// Constant bytes; a buffer without any means that the tensor is computed.
fn read_data(bytes: &[u8], ty: ElementType, elements: usize) -> Result<Option<Rc<[u8]>>, Problem> {
    let expected = match ty {
        ElementType::Int4 => elements.div_ceil(2),
        _ => elements * ty.size().unwrap_or(0),
    };
    if bytes.is_empty() {
        return Ok(None);
    }
    if bytes.len() != expected && ty != ElementType::String {
        return Err(Problem::new(
            format!("its buffer has {} bytes", bytes.len()),
            format!("{elements} elements of {ty} take {expected}"),
            CONVERT_AGAIN,
        ));
    }
    Ok(Some(bytes.into()))
}

fn read_shape(tensor: tflite::Tensor<'_>) -> Result<Vec<usize>, Problem> {
    let dimensions: Vec<i32> = tensor.shape().into_iter().flatten().collect();
    let bad = |why: &str| {
        Problem::new(format!("shape {dimensions:?}"), why, "fix the input shape before converting")
    };
    if dimensions.len() > MAX_RANK {
        return Err(bad("more than 8 dimensions are not supported"));
    }
    let shape: Option<Vec<usize>> =
        dimensions.iter().map(|&d| usize::try_from(d).ok().filter(|&d| d > 0)).collect();
    let shape = shape.ok_or_else(|| bad("every dimension must be positive"))?;
    let elements = shape.iter().try_fold(1usize, |n, &d| n.checked_mul(d).filter(|&n| n <= MAX_ELEMENTS));
    match elements {
        Some(_) => Ok(shape),
        None => Err(bad("a tensor may have at most 67 108 864 elements")),
    }
}

/// Scales and zero points; `None` if there are none, as in tensors that are not quantized.
fn read_quantization(
    quantization: tflite::QuantizationParameters<'_>,
    shape: &[usize],
    ty: ElementType,
    zeros: bool,
) -> Result<Option<Quantization>, Problem> {
    let mut scales: Vec<f32> = quantization.scale().into_iter().flatten().collect();
    if scales.is_empty() {
        return Ok(None);
    }
    let bad = |what: String, why: &str| Err(Problem::new(what, why, QUANTIZE));
    if ty.is_float() {
        return Ok(None);
    }
    if zeros && quantization.zero_point().into_iter().flatten().all(|zero_point| zero_point == 0) {
        // Zeros are zeros on every scale, and some converters write none.
        scales.iter_mut().filter(|scale| **scale == 0.0).for_each(|scale| *scale = f32::MIN_POSITIVE);
    }
    if let Some(scale) = scales.iter().find(|s| !(s.is_finite() && **s > 0.0)) {
        return bad(format!("scale {scale}"), "scales must be positive numbers");
    }
    let zero_points: Vec<i64> = quantization.zero_point().into_iter().flatten().collect();
    let (low, high) = ty.range().unwrap_or((i32::MIN, i32::MAX));
    if let Some(zero_point) = zero_points.iter().find(|&&z| z < low.into() || z > high.into()) {
        return bad(format!("zero point {zero_point}"), "it must be a value of the element type");
    }
    let mut zero_points: Vec<i32> = zero_points.iter().map(|&z| z as i32).collect();
    if zero_points.is_empty() {
        zero_points = vec![0; scales.len()];
    }
    let dimension = match shape {
        // Some converters copy the weights' dimension to the bias, which has one only.
        [_] => 0,
        _ => usize::try_from(quantization.quantized_dimension()).unwrap_or(usize::MAX),
    };
    let slices = match scales.len() {
        1 => 1,
        _ => shape.get(dimension).copied().unwrap_or(0),
    };
    if scales.len() != slices || zero_points.len() != slices {
        let what = format!(
            "{} scales and {} zero points along dimension {dimension} of shape {shape:?}",
            scales.len(),
            zero_points.len()
        );
        return bad(what, "there must be one of each, or one per slice");
    }
    Ok(Some(Quantization { scales, zero_points, dimension }))
}

fn element_type(ty: tflite::TensorType) -> ElementType {
    use tflite::TensorType as T;
    match ty {
        T::INT4 => ElementType::Int4,
        T::INT8 => ElementType::Int8,
        T::UINT8 => ElementType::UInt8,
        T::INT16 => ElementType::Int16,
        T::UINT16 => ElementType::UInt16,
        T::INT32 => ElementType::Int32,
        T::UINT32 => ElementType::UInt32,
        T::INT64 => ElementType::Int64,
        T::UINT64 => ElementType::UInt64,
        T::FLOAT16 => ElementType::Float16,
        T::FLOAT32 => ElementType::Float32,
        T::FLOAT64 => ElementType::Float64,
        T::BOOL => ElementType::Bool,
        T::STRING => ElementType::String,
        T::RESOURCE => ElementType::Resource,
        _ => ElementType::Other,
    }
}
