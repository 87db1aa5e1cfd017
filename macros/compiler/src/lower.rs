//! Graph → Program: every operator says which kernel does its work, on which memory.

use crate::diagnostics::Diagnostic;
use crate::graph::{Contents, ElementType, Graph, Node, Quantization, Tensor, TensorId};
use crate::limits::MAX_BYTES;
use crate::optimize::Optimize;
use crate::program::{Access, Arg, Buffer, BufferId, Call, Constant, Params, Port, Program, Variant, View};
use crate::ranges::{Analysis, Known};
use std::collections::HashMap;
use std::fmt;

mod bytes;
mod rings;
mod variables;

pub use rings::RingView;

/// Sums of so few bits are worth a note. No loop makes use of them: on AVR they would save one addition with carry for each
/// product, in the few layers that have such sums (`tests/forms.rs` counts them), and others add 32 bits at once.
const SHORT_SUM: u32 = 16;

/// A broken invariant: our mistake, never the user's.
#[derive(Clone, Debug)]
pub struct Bug(pub String);

impl Bug {
    /// How the user hears of it.
    pub fn diagnostic(self) -> Diagnostic {
        Diagnostic::bug(self.0)
    }
}

/// What an operator lowers itself with.
pub struct Lowering<'g> {
    graph: &'g Graph,
    node: &'g Node,
    views: HashMap<TensorId, View>,
    rings: HashMap<TensorId, RingView>,
    variables: variables::Variables,
    analysis: Analysis,
    optimize: Optimize,
    /// What was proved of the sums of the call that comes next.
    sum_bits: Option<u32>,
    /// What else was proved of it, for people.
    proved: Vec<String>,
    /// Which kinds of operators can be rounded once, as far as that was asked.
    once: HashMap<&'static str, bool>,
    /// Kernels for inputs that may stay bytes without a sign.
    of_bytes: Vec<bytes::OfBytes>,
    program: Program,
}

/// So many units that are rounded once save more constants than a loop of their own takes.
const MANY_UNITS: usize = 256;

/// Lowers all nodes of a graph as everybody gets them.
pub fn lower(graph: &Graph) -> Result<Program, Bug> {
    lower_for(graph, Optimize::default())
}

/// Lowers all nodes of a graph.
pub fn lower_for(graph: &Graph, optimize: Optimize) -> Result<Program, Bug> {
    let Some(first) = graph.nodes.first() else {
        return only_ports(graph);
    };
    let mut lowering = Lowering { optimize, ..Lowering::new(graph, first) };
    for &input in &graph.inputs {
        lowering.write(input)?;
    }
    for node in &graph.nodes {
        lowering.node = node;
        node.op.clone().lower(&mut lowering)?;
        if lowering.program.constant_bytes > MAX_BYTES {
            return Ok(lowering.program); // which the caller refuses
        }
    }
    lowering.keep_variables()?;
    lowering.ports()
}

/// A model without operators: its outputs are inputs or constants.
fn only_ports(graph: &Graph) -> Result<Program, Bug> {
    let node = Node {
        index: 0,
        name: "MODEL",
        op: std::rc::Rc::new(crate::ops::Nothing),
        inputs: Vec::new(),
        outputs: Vec::new(),
        notes: Vec::new(),
    };
    let mut lowering = Lowering::new(graph, &node);
    for &input in &graph.inputs {
        lowering.write(input)?;
    }
    lowering.ports()
}

impl<'g> Lowering<'g> {
    fn new(graph: &'g Graph, node: &'g Node) -> Self {
        let (views, rings) = (HashMap::new(), HashMap::new());
        let variables = variables::Variables::of(graph);
        let (analysis, sum_bits, proved) = (Analysis::of(graph), None, Vec::new());
        let (optimize, of_bytes, program) = (Optimize::default(), Vec::new(), Program::default());
        let once = HashMap::new();
        Self {
            graph,
            node,
            views,
            rings,
            variables,
            analysis,
            optimize,
            sum_bits,
            proved,
            once,
            of_bytes,
            program,
        }
    }

    /// A tensor of the model.
    pub fn tensor(&self, id: TensorId) -> &'g Tensor {
        self.graph.tensor(id)
    }

    /// What is known of the operator's inputs.
    pub fn known(&self) -> Known<'_> {
        Known { graph: self.graph, node: self.node, analysis: &self.analysis, kept: None }
    }

    /// What comes first.
    pub fn optimize(&self) -> Optimize {
        self.optimize
    }

    /// Whether some convolution has weights of one row and one column, and as many pixels before as behind, so that
    /// these are rows of a fully connected layer.
    pub fn has_pixels(&self) -> bool {
        self.graph.nodes.iter().any(|node| {
            let shape = |id: Option<TensorId>| id.map_or(&[][..], |id| self.tensor(id).shape.as_slice());
            let input = |index: usize| shape(node.inputs.get(index).copied().flatten());
            let pixels = |shape: &[usize]| shape.get(1..3).map(<[usize]>::to_vec);
            let same = pixels(input(0)) == pixels(shape(node.outputs.first().copied()));
            node.name == "CONV_2D" && same && matches!(input(1), [_, 1, 1, _])
        })
    }

    /// Whether some depthwise convolution has windows of 3 × 3 and one unit for each of its channels.
    pub fn has_depthwise_3x3(&self) -> bool {
        self.graph.nodes.iter().any(|node| {
            let input = |index: usize| node.inputs.get(index).copied().flatten();
            let shape = |index| input(index).map_or(&[][..], |id| self.tensor(id).shape.as_slice());
            let units = match shape(1) {
                [_, 3, 3, units] => Some(units),
                _ => None,
            };
            node.name == "DEPTHWISE_CONV_2D" && units.is_some() && units == shape(0).last()
        })
    }

    /// Whether operators of the kind of this one are to be rounded once where they can be. A program with others beside them
    /// has two loops of a kind, which is made up for by what constants save if there are many units.
    pub fn rounds_once(&mut self) -> bool {
        self.kind_rounds_once(self.node.name)
    }

    /// The same for operators of another kind.
    pub fn kind_rounds_once(&mut self, kind: &'static str) -> bool {
        let (graph, optimize) = (self.graph, self.optimize);
        *self.once.entry(kind).or_insert_with(|| {
            let (mut once, mut twice) = (0usize, 0usize);
            for node in graph.nodes.iter().filter(|node| node.name == kind) {
                let output = node.outputs.first().map(|&id| graph.tensor(id));
                let [own, others] = node.op.rounded_once(output.map_or(0, Known::zero_point));
                (once, twice) = (once.saturating_add(own), twice.saturating_add(others));
            }
            once > 0 && (twice == 0 || once >= MANY_UNITS || optimize == Optimize::Speed)
        })
    }

    /// Notes the least and the greatest sums of the call that comes next.
    pub fn prove_sums(&mut self, sums: &[[i64; 2]]) {
        let bits = |sum: i64| {
            (if sum < 0 { !sum } else { sum }).checked_ilog2().map_or(1, |bits| bits.saturating_add(2))
        };
        self.sum_bits = sums.iter().flatten().map(|&sum| bits(sum)).max();
    }

    /// Notes what was proved of the call that comes next.
    pub fn note(&mut self, proved: String) {
        self.proved.push(proved);
    }

    /// The id of input `index`, which the operator has checked to exist.
    pub fn input(&self, index: usize) -> Result<TensorId, Bug> {
        self.optional_input(index).ok_or_else(|| self.bug(format_args!("input {index} is missing")))
    }

    /// The id of input `index`, if it is there.
    pub fn optional_input(&self, index: usize) -> Option<TensorId> {
        self.node.inputs.get(index).copied().flatten()
    }

    /// The id of output `index`.
    pub fn output(&self, index: usize) -> Result<TensorId, Bug> {
        let output = self.node.outputs.get(index).copied();
        output.ok_or_else(|| self.bug(format_args!("output {index} is missing")))
    }

    /// Scale and zero point of a tensor that is quantized as a whole; `(1, 0)` for plain integers.
    pub fn scale_and_zero_point(&self, id: TensorId) -> (f32, i32) {
        scale_and_zero_point(self.tensor(id).quantization.as_ref())
    }

    /// Where a tensor that is read lies. A constant is first copied into the arena.
    pub fn read(&mut self, id: TensorId) -> Result<View, Bug> {
        if let Some(view) = self.views.get(&id) {
            return Ok(*view);
        }
        if let Some(view) = self.variable_tensor(id)? {
            return Ok(view);
        }
        if let Some(view) = self.unrolled(id)? {
            return Ok(view);
        }
        let tensor = self.tensor(id);
        let Some(data) = &tensor.data else {
            return Err(self.bug(format_args!("tensor {} is read before it is written", id.0)));
        };
        let view = self.write(id)?;
        let constant = Constant { name: "VALUES", ty: view.ty, bytes: data.to_vec() };
        self.push(Call {
            index: self.node.index,
            name: "CONSTANT",
            shape: tensor.shape.clone(),
            module: "constant",
            kernel: "constant",
            params: "Constant".to_owned(),
            parameters: crate::kernels::constant::Constant.keep(),
            args: vec![Arg::Constant(constant), Arg::Window("output", view, Access::Write)],
            macs: 0,
            variants: Vec::new(),
            sum_bits: None,
            notes: Vec::new(),
        });
        Ok(view)
    }

    /// An operand that a kernel takes from the arena or straight from program memory.
    pub fn operand(&mut self, name: &'static str, constant: &'static str, id: TensorId) -> Result<Arg, Bug> {
        let tensor = self.tensor(id);
        Ok(match &tensor.data {
            Some(data) => Arg::Constant(Constant { name: constant, ty: tensor.ty, bytes: data.to_vec() }),
            None => Arg::Window(name, self.read(id)?, Access::ReadInPlace),
        })
    }

    /// Where a tensor that is written lies: memory of its own.
    pub fn write(&mut self, id: TensorId) -> Result<View, Bug> {
        let tensor = self.tensor(id);
        let view = self.scratch(tensor.ty, tensor.elements())?;
        self.place(id, view);
        Ok(view)
    }

    /// Gives a tensor memory that is there already.
    pub fn place(&mut self, id: TensorId, view: View) {
        self.views.insert(id, view);
    }

    /// Memory for the duration of one call.
    pub fn scratch(&mut self, ty: ElementType, len: usize) -> Result<View, Bug> {
        self.buffer(ty, len, None)
    }

    /// Memory that keeps what it holds from one inference to the next.
    pub fn state(&mut self, ty: ElementType, len: usize, initial: Contents) -> Result<View, Bug> {
        self.buffer(ty, len, Some(initial))
    }

    fn buffer(&mut self, ty: ElementType, len: usize, initial: Option<Contents>) -> Result<View, Bug> {
        let (ty, len) = words(ty, len);
        let size = ty.size().ok_or_else(|| self.bug(format_args!("{ty} has no place in memory")))?;
        let buffer = BufferId(self.program.buffers.len());
        let bytes = len.checked_mul(size).ok_or_else(|| self.bug(format_args!("{len} elements of {ty}")))?;
        self.program.buffers.push(Buffer { bytes, initial });
        Ok(View { buffer, offset: 0, ty, len })
    }

    /// Makes an output a part of an input's memory, from element `start`: nothing is copied.
    pub fn alias(&mut self, output: TensorId, input: TensorId, start: usize) -> Result<(), Bug> {
        let tensor = self.tensor(output);
        if tensor.elements() == self.tensor(input).elements()
            && let Some(&ring) = self.rings.get(&input)
        {
            self.rings.insert(output, ring);
            return Ok(());
        }
        let source = self.read(input)?;
        let skipped = start.saturating_mul(tensor.ty.size().unwrap_or(0));
        let offset = source.offset.saturating_add(skipped);
        let (ty, len) = words(tensor.ty, tensor.elements());
        let view = View { offset, ty, len, ..source };
        if view.bytes().saturating_add(skipped) > source.bytes() {
            return Err(self.bug(format_args!("a view leaves its tensor")));
        }
        self.views.insert(output, view);
        Ok(())
    }

    /// Appends a call of `kernel`, in the module of the operator's name. `params` must print as a
    /// Rust expression, which `#[derive(Debug)]` on a kernel's parameters gives.
    pub fn call(
        &mut self,
        module: &'static str,
        kernel: &'static str,
        params: &dyn Params,
        args: Vec<Arg>,
        macs: usize,
    ) {
        let shape = self.node.outputs.first().map(|&id| self.tensor(id).shape.clone());
        let name = self.node.name;
        let shape = shape.unwrap_or_default();
        let (params, parameters) = (format!("{params:?}"), params.keep());
        let (index, variants) = (self.node.index, Vec::new());
        // What is said of an operator is said once, where it has several calls.
        let first = self.program.calls.last().is_none_or(|call| call.index != index);
        let mut notes = if first { self.node.notes.clone() } else { Vec::new() };
        let sum_bits = self.sum_bits.take();
        notes.append(&mut self.proved);
        notes.extend(sum_bits.filter(|bits| *bits <= SHORT_SUM).map(|bits| format!("sums in {bits} bits")));
        self.push(Call {
            index,
            name,
            shape,
            module,
            kernel,
            params,
            parameters,
            args,
            macs,
            variants,
            sum_bits,
            notes,
        });
    }

    /// Another kernel for the last call.
    pub fn offer(&mut self, variant: Variant) {
        if let Some(call) = self.program.calls.last_mut() {
            call.variants.push(variant);
        }
    }

    /// Keeps the last call as it is on a backend that would take the variant of another.
    pub fn keep(&mut self, backend: &'static str) {
        if let Some(call) = self.program.calls.last_mut() {
            let Call { module, kernel, params, parameters, .. } = &*call;
            let (params, parameters) = (params.clone(), Some(parameters.clone()));
            let constants = call.constants().cloned().collect();
            call.variants.push(Variant { backend, module, kernel, params, parameters, constants });
        }
    }

    fn push(&mut self, mut call: Call) {
        let total = self.program.constant_bytes.saturating_add(call.constant_bytes());
        self.program.constant_bytes = total;
        if total > MAX_BYTES {
            // A small file can ask for any number of copies of a table.
            call.args.retain(|arg| !matches!(arg, Arg::Constant(_)));
        }
        self.program.calls.push(call);
    }

    /// A mistake of ours, with the operator at which it showed.
    pub fn bug(&self, what: fmt::Arguments<'_>) -> Bug {
        Bug(format!("{}: {what}", self.graph.at(self.node)))
    }

    fn ports(mut self) -> Result<Program, Bug> {
        let graph = self.graph;
        let inputs = graph.inputs.iter().map(|&id| self.port(id)).collect::<Result<_, _>>()?;
        let outputs = graph.outputs.iter().map(|&id| self.port(id)).collect::<Result<_, _>>()?;
        let mut program = Program { inputs, outputs, ..self.program };
        bytes::keep(&mut program, self.of_bytes);
        Ok(program)
    }

    fn port(&mut self, id: TensorId) -> Result<Port, Bug> {
        let view = self.read(id)?;
        let Tensor { name, shape, quantization, .. } = self.tensor(id);
        let (scale, zero_point) = scale_and_zero_point(quantization.as_ref());
        let fixed = self.graph.fixed.get(&id).copied();
        Ok(Port { name: name.clone(), shape: shape.clone(), scale, zero_point, view, fixed })
    }
}

/// How elements lie in memory: those of 64 bits are pairs of words, the lower one first.
fn words(ty: ElementType, len: usize) -> (ElementType, usize) {
    match ty {
        ElementType::UInt64 => (ElementType::UInt32, len.saturating_mul(2)),
        _ => (ty, len),
    }
}

fn scale_and_zero_point(quantization: Option<&Quantization>) -> (f32, i32) {
    let first = quantization.and_then(|q| q.scales.first().copied().zip(q.zero_points.first().copied()));
    first.unwrap_or((1.0, 0))
}
