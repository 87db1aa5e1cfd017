//! Kernel calls over buffers: the model with nothing of TensorFlow Lite left in it.

use crate::graph::{Contents, ElementType};
use crate::kernels::reach::Reach;
use crate::quantize::settings::Fixed;
use std::any::Any;
use std::fmt;
use std::rc::Rc;

/// Index of a [`Buffer`] in [`Program::buffers`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BufferId(pub usize);

/// Everything the emitter needs.
#[derive(Debug, Default)]
pub struct Program {
    /// What the caller provides.
    pub inputs: Vec<Port>,
    /// What the caller gets.
    pub outputs: Vec<Port>,
    /// Memory for activations.
    pub buffers: Vec<Buffer>,
    /// What runs, in order.
    pub calls: Vec<Call>,
    /// Bytes of all constants; beyond the limit they are left out, and the program is refused.
    pub constant_bytes: usize,
}

/// A piece of memory whose place the layout decides.
#[derive(Clone, Debug)]
pub struct Buffer {
    /// Size in bytes.
    pub bytes: usize,
    /// What it holds at first, if it keeps what it holds from one inference to the next.
    pub initial: Option<Contents>,
}

/// A tensor inside a buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct View {
    /// The buffer it lies in.
    pub buffer: BufferId,
    /// Where it starts in that buffer, in bytes.
    pub offset: usize,
    /// Type of its elements.
    pub ty: ElementType,
    /// Number of its elements.
    pub len: usize,
}

/// An input or output of the model.
#[derive(Clone, Debug)]
pub struct Port {
    /// The tensor's name in the file.
    pub name: String,
    /// Its dimensions.
    pub shape: Vec<usize>,
    /// Real value of one step; 1 for plain integers.
    pub scale: f32,
    /// The integer that stands for zero.
    pub zero_point: i32,
    /// Where it lies while the model runs.
    pub view: View,
    /// The type of the crate `fixed` that callers have it as.
    pub fixed: Option<Fixed>,
}

/// How a kernel uses a window of the arena.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Reads it.
    Read,
    /// Writes every element of it, or uses it as scratch.
    Write,
    /// Reads it element by element; an output of the same size may take its place.
    ReadInPlace,
    /// Writes element `i` after all reads of elements `i`, and never reads beyond.
    WriteInPlace,
    /// Reads what the last inference left there, and writes what the next one is to find.
    Update,
}

/// What is passed to a kernel after its parameters.
#[derive(Clone, Debug)]
pub enum Arg {
    /// A constant in program memory.
    Constant(Constant),
    /// A window of the arena, with the name of the kernel's parameter.
    Window(&'static str, View, Access),
    /// The input and the output of a kernel that goes through both from one end to the other.
    Planes(Planes),
}

/// An input and an output that may share memory, as far as the output is written where the input is used up.
#[derive(Clone, Copy, Debug)]
pub struct Planes {
    /// What is read.
    pub input: View,
    /// What is written.
    pub output: View,
    /// So many bytes the input must begin above the output, or more.
    pub below: usize,
    /// Or so many the output above the input, or more.
    pub above: usize,
}

/// A constant in program memory.
#[derive(Clone, Debug)]
pub struct Constant {
    /// What it is: `WEIGHTS`.
    pub name: &'static str,
    /// Type of its elements.
    pub ty: ElementType,
    /// Its elements, little-endian.
    pub bytes: Vec<u8>,
}

/// One call of a kernel.
#[derive(Clone, Debug)]
pub struct Call {
    /// The operator's position in the file.
    pub index: usize,
    /// The operator's name in the schema.
    pub name: &'static str,
    /// Shape of the operator's first output, for the layer table.
    pub shape: Vec<usize>,
    /// Module of the kernel: the operator in snake case.
    pub module: &'static str,
    /// The kernel's name.
    pub kernel: &'static str,
    /// The kernel's parameters as a Rust expression.
    pub params: String,
    /// The same as a value.
    pub parameters: Parameters,
    /// What follows the parameters, in order.
    pub args: Vec<Arg>,
    /// Multiplications and accumulations of one inference.
    pub macs: usize,
    /// What does the same on backends with other loops, for each of them at most one.
    pub variants: Vec<Variant>,
    /// Bits that hold every sum of an operator with weights, with its sign, if that is known.
    pub sum_bits: Option<u32>,
    /// What was proved of the operator or fused into it, for people.
    pub notes: Vec<String>,
}

/// The backends for which there are variants, and two parts of `portable`: processors with the loops `v6m` or `v7m`, which
/// take that of `portable` where there is none for them. They stand before it, for what fits first is taken.
pub const BACKENDS: [&str; 6] = ["dsp", "mve", "v6m", "v7m", "portable", "avr"];

/// The backend whose variants another one takes where it has none of its own.
pub fn falls_back_to(backend: &str) -> Option<&'static str> {
    matches!(backend, "v6m" | "v7m").then_some("portable")
}

/// Another kernel for the same call, with constants of its own, between its parameters and the windows.
#[derive(Clone, Debug)]
pub struct Variant {
    /// The backend that it is for.
    pub backend: &'static str,
    /// As for the call.
    pub module: &'static str,
    /// As for the call.
    pub kernel: &'static str,
    /// As for the call.
    pub params: String,
    /// As for the call, if the machine can run it.
    pub parameters: Option<Parameters>,
    /// What takes the place of the call's constants.
    pub constants: Vec<Constant>,
}

/// Parameters of a kernel.
pub trait Params: fmt::Debug {
    /// The same, to be kept.
    fn keep(&self) -> Parameters;
}

impl<T: fmt::Debug + Clone + 'static> Params for T {
    fn keep(&self) -> Parameters {
        Parameters(Rc::new(self.clone()))
    }
}

/// Parameters of a kernel as they were given.
#[derive(Clone, Debug)]
pub struct Parameters(Rc<dyn Any>);

impl Parameters {
    /// Those of a kernel that takes such ones.
    pub(crate) fn get<T: 'static>(&self) -> Option<&T> {
        self.0.downcast_ref()
    }
}

impl Constant {
    /// A constant of `int8` elements.
    pub fn int8(name: &'static str, values: impl IntoIterator<Item = i8>) -> Self {
        let bytes = values.into_iter().map(|v| v as u8).collect();
        Self { name, ty: ElementType::Int8, bytes }
    }

    /// A constant of `int16` elements.
    pub fn int16(name: &'static str, values: impl IntoIterator<Item = i16>) -> Self {
        let bytes = values.into_iter().flat_map(i16::to_le_bytes).collect();
        Self { name, ty: ElementType::Int16, bytes }
    }

    /// A constant of `uint16` elements.
    pub fn uint16(name: &'static str, values: impl IntoIterator<Item = u16>) -> Self {
        let bytes = values.into_iter().flat_map(u16::to_le_bytes).collect();
        Self { name, ty: ElementType::UInt16, bytes }
    }

    /// A constant of `int32` elements.
    pub fn int32(name: &'static str, values: impl IntoIterator<Item = i32>) -> Self {
        let bytes = values.into_iter().flat_map(i32::to_le_bytes).collect();
        Self { name, ty: ElementType::Int32, bytes }
    }

    /// The elements of a constant of `int32`.
    pub(crate) fn to_words(&self) -> Vec<i32> {
        self.bytes.as_chunks::<4>().0.iter().map(|&word| i32::from_le_bytes(word)).collect()
    }

    /// Bytes with the padding to whole words.
    fn padded_bytes(&self) -> usize {
        self.bytes.len().checked_next_multiple_of(4).unwrap_or(usize::MAX)
    }
}

impl Program {
    /// Takes the kernels of a backend that the machine can run. Whether there are any.
    pub fn take_variants(&mut self, backend: &str) -> bool {
        let mut any = false;
        for call in &mut self.calls {
            let mut variants = std::mem::take(&mut call.variants).into_iter();
            let Some(variant) = variants.find(|variant| variant.backend == backend) else { continue };
            let Some(parameters) = variant.parameters else { continue };
            (call.module, call.kernel, call.params) = (variant.module, variant.kernel, variant.params);
            call.parameters = parameters;
            call.args.retain(|arg| !matches!(arg, Arg::Constant(_)));
            call.args.splice(..0, variant.constants.into_iter().map(Arg::Constant));
            any = true;
        }
        any
    }

    /// Lets a buffer take the place of another one.
    pub(crate) fn join_buffers(&mut self, kept: BufferId, other: BufferId) {
        let join = |view: &mut View| {
            let BufferId(id) = if view.buffer == other { kept } else { view.buffer };
            view.buffer = BufferId(if id > other.0 { id.saturating_sub(1) } else { id });
        };
        self.inputs.iter_mut().chain(&mut self.outputs).for_each(|port| join(&mut port.view));
        for arg in self.calls.iter_mut().flat_map(|call| &mut call.args) {
            match arg {
                Arg::Constant(_) => {}
                Arg::Window(_, view, _) => join(view),
                Arg::Planes(Planes { input, output, .. }) => [input, output].into_iter().for_each(join),
            }
        }
        let mut at = 0..;
        self.buffers.retain(|_| at.next() != Some(other.0));
    }

    /// Whether memory that is all zeros is how a model starts.
    pub fn starts_at_zero(&self) -> bool {
        let initial = self.buffers.iter().filter_map(|buffer| buffer.initial.as_ref());
        initial.into_iter().all(|contents| *contents == Contents::Fill(0))
    }

    /// Whether anything is kept from one inference to the next.
    pub fn has_state(&self) -> bool {
        self.buffers.iter().any(|buffer| buffer.initial.is_some())
    }

    /// Bytes of program memory that hold what variables start with.
    pub fn initial_bytes(&self) -> usize {
        let initial = self.buffers.iter().filter_map(|buffer| buffer.initial.as_ref());
        let bytes = initial.map(|contents| match contents {
            Contents::Fill(_) => 0,
            Contents::Bytes(bytes) => bytes.len().next_multiple_of(4),
        });
        bytes.sum()
    }
}

impl Planes {
    /// An input and an output of a kernel that goes through both as `reach` says, given the elements of the
    /// output.
    pub fn new(input: View, output: View, reach: impl FnOnce(usize) -> Reach) -> Self {
        let Reach { below, above } = reach(output.len);
        let bytes = |elements: usize| elements.saturating_mul(output.ty.size().unwrap_or(1));
        Self { input, output, below: bytes(below), above: bytes(above) }
    }

    /// The same where another kernel, with a reach of its own, may take the place of the first.
    pub fn and(self, reach: impl FnOnce(usize) -> Reach) -> Self {
        let other = Self::new(self.input, self.output, reach);
        Self { below: self.below.max(other.below), above: self.above.max(other.above), ..self }
    }

    /// The distance that is to be kept between the buffers: from the output's up to the input's, and from the
    /// input's up to the output's.
    pub fn distances(&self) -> (usize, usize) {
        let (input, output) = (self.input.offset, self.output.offset);
        let shifted =
            |distance: usize, plus: usize, minus: usize| distance.saturating_add(plus).saturating_sub(minus);
        (shifted(self.below, output, input), shifted(self.above, input, output))
    }
}

impl View {
    /// Size in bytes.
    pub fn bytes(&self) -> usize {
        self.len.saturating_mul(self.ty.size().unwrap_or(0))
    }
}

impl Call {
    /// Name of the function that makes it: the operator in snake case, and the call's position among all.
    pub fn function_name(&self, at: usize) -> String {
        let mut name = String::new();
        let mut after_lower = false;
        for c in self.name.chars() {
            if after_lower && c.is_ascii_uppercase() {
                name.push('_');
            }
            after_lower = c.is_ascii_lowercase();
            name.push(c.to_ascii_lowercase());
        }
        format!("{name}_{at}")
    }

    /// The kernel on a backend for which there may be a variant.
    pub fn kernel_on(&self, backend: &str) -> &'static str {
        self.variant_on(backend).map_or(self.kernel, |variant| variant.kernel)
    }

    fn variant_on(&self, backend: &str) -> Option<&Variant> {
        let of = |backend: &str| self.variants.iter().find(|variant| variant.backend == backend);
        of(backend).or_else(|| falls_back_to(backend).and_then(of))
    }

    /// The input and the output of a kernel that allows them to share memory.
    pub fn planes(&self) -> Option<Planes> {
        self.args.iter().find_map(|arg| match arg {
            Arg::Planes(planes) => Some(*planes),
            Arg::Constant(_) | Arg::Window(..) => None,
        })
    }

    /// The windows of the arena that the call uses.
    pub fn windows(&self) -> impl Iterator<Item = (View, Access)> {
        self.named_windows().map(|(_, view, access)| (view, access))
    }

    /// The same with the names of the kernel's parameters.
    pub fn named_windows(&self) -> impl Iterator<Item = (&'static str, View, Access)> {
        let pair = |arg: &Arg| match arg {
            Arg::Window(name, view, access) => [Some((*name, *view, *access)), None],
            Arg::Planes(planes) => {
                [Some(("input", planes.input, Access::Read)), Some(("output", planes.output, Access::Write))]
            }
            Arg::Constant(_) => [None, None],
        };
        self.args.iter().flat_map(pair).flatten()
    }

    /// The constants that the call reads.
    pub fn constants(&self) -> impl Iterator<Item = &Constant> {
        self.args.iter().filter_map(|arg| match arg {
            Arg::Constant(constant) => Some(constant),
            Arg::Window(..) | Arg::Planes(..) => None,
        })
    }

    /// Bytes of program memory that its constants take.
    pub fn constant_bytes(&self) -> usize {
        self.constants().map(Constant::padded_bytes).fold(0, usize::saturating_add)
    }

    /// The same on a backend for which there may be a variant.
    pub fn constant_bytes_on(&self, backend: &str) -> usize {
        match self.variant_on(backend) {
            Some(variant) => {
                variant.constants.iter().map(Constant::padded_bytes).fold(0, usize::saturating_add)
            }
            None => self.constant_bytes(),
        }
    }
}
