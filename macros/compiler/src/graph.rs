//! The model as all passes see it: tensors, and nodes in the order in which they run.

use crate::diagnostics::At;
use crate::ops::Op;
use crate::quantize::settings::Fixed;
use std::collections::HashMap;
use std::fmt;
use std::rc::Rc;

/// Index of a [`Tensor`] in [`Graph::tensors`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TensorId(pub usize);

/// Index of a [`Variable`] in [`Graph::variables`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VariableId(pub usize);

/// A whole model.
#[derive(Debug, Default)]
pub struct Graph {
    /// Every tensor, constants included.
    pub tensors: Vec<Tensor>,
    /// The operators, each after those whose outputs it reads.
    pub nodes: Vec<Node>,
    /// What the caller provides, in the model's order.
    pub inputs: Vec<TensorId>,
    /// What the caller gets, in the model's order.
    pub outputs: Vec<TensorId>,
    /// Memory that keeps its value from one inference to the next.
    pub variables: Vec<Variable>,
    /// Inputs and outputs that callers have as types of the crate `fixed`.
    pub fixed: HashMap<TensorId, Fixed>,
}

/// Memory that keeps its value from one inference to the next.
#[derive(Clone, Debug)]
pub struct Variable {
    /// How operators or people call it.
    pub name: String,
    /// The tensor that it is; none if operators read it into tensors and assign it from them.
    pub tensor: Option<TensorId>,
    /// What it starts with; not known before the first operator that assigns it is.
    pub initial: Option<Value>,
}

/// What a variable holds at first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// Type of the elements.
    pub ty: ElementType,
    /// Number of elements.
    pub elements: usize,
    /// The elements themselves.
    pub contents: Contents,
}

/// Bytes that are known while compiling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Contents {
    /// All alike, which keeps large ones small.
    Fill(u8),
    /// Little-endian elements.
    Bytes(Rc<[u8]>),
}

impl Contents {
    /// These bytes, in the shortest way.
    pub fn of(bytes: &Rc<[u8]>) -> Self {
        match bytes.split_first() {
            Some((&first, rest)) if rest.iter().all(|&byte| byte == first) => Self::Fill(first),
            _ => Self::Bytes(bytes.clone()),
        }
    }
}

/// What an operator has to do with variables, which others than itself must know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Nothing.
    None,
    /// Its output refers to the variable of this name.
    Names(String),
    /// It reads a variable into a tensor.
    Reads(VariableId, TensorId),
    /// It assigns a tensor to a variable.
    Assigns(VariableId, TensorId),
    /// Another graph of the file, by its number, runs once before everything else.
    Initializes(usize),
}

/// One operator of a model.
#[derive(Debug)]
pub struct Node {
    /// Position in the file, which people and tools number operators by.
    pub index: usize,
    /// The operator's name in the schema.
    pub name: &'static str,
    /// What it does, with all its options.
    pub op: Rc<dyn Op>,
    /// What it reads; `None` where an optional input is left out.
    pub inputs: Vec<Option<TensorId>>,
    /// What it writes.
    pub outputs: Vec<TensorId>,
    /// What was proved of it or fused into it, for people.
    pub notes: Vec<String>,
}

/// A value between operators.
#[derive(Clone, Debug)]
pub struct Tensor {
    /// The name in the file; only for people.
    pub name: String,
    /// Dimensions, outermost first; empty for a scalar.
    pub shape: Vec<usize>,
    /// Type of the elements.
    pub ty: ElementType,
    /// The meaning of the integers, if they stand for real numbers.
    pub quantization: Option<Quantization>,
    /// Little-endian bytes, if the tensor is constant.
    pub data: Option<Rc<[u8]>>,
    /// Whether the file has `uint8`: here all values and zero points are less by 128.
    pub shifted: bool,
}

/// `real = scale · (integer - zero point)`, for a whole tensor or per slice of one dimension.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantization {
    /// One scale, or one per slice. Finite and positive.
    pub scales: Vec<f32>,
    /// One zero point, or one per slice.
    pub zero_points: Vec<i32>,
    /// The dimension that the slices lie along.
    pub dimension: usize,
}

/// Element types of the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // each is its own name
pub enum ElementType {
    Int4,
    Int8,
    UInt8,
    Int16,
    UInt16,
    Int32,
    UInt32,
    Int64,
    UInt64,
    Float16,
    Float32,
    Float64,
    Bool,
    String,
    Resource,
    Other,
}

impl ElementType {
    /// Bytes of one element in memory; `None` where that is not a number of bytes.
    pub fn size(self) -> Option<usize> {
        Some(match self {
            Self::Int8 | Self::UInt8 | Self::Bool => 1,
            Self::Int16 | Self::UInt16 | Self::Float16 => 2,
            Self::Int32 | Self::UInt32 | Self::Float32 => 4,
            Self::Int64 | Self::UInt64 | Self::Float64 => 8,
            Self::Int4 | Self::String | Self::Resource | Self::Other => return None,
        })
    }

    /// Whether kernels and callers deal with such elements.
    pub fn is_on_devices(self) -> bool {
        matches!(
            self,
            Self::Int8 | Self::UInt8 | Self::Bool | Self::Int16 | Self::UInt16 | Self::Int32 | Self::UInt32
        )
    }

    /// Whether elements are floating-point numbers.
    pub fn is_float(self) -> bool {
        matches!(self, Self::Float16 | Self::Float32 | Self::Float64)
    }

    /// The least and greatest value, for the integer types that activations have.
    pub fn range(self) -> Option<(i32, i32)> {
        Some(match self {
            Self::Int8 => (i8::MIN.into(), i8::MAX.into()),
            Self::UInt8 => (u8::MIN.into(), u8::MAX.into()),
            Self::Int16 => (i16::MIN.into(), i16::MAX.into()),
            Self::UInt16 => (u16::MIN.into(), u16::MAX.into()),
            Self::Int32 => (i32::MIN, i32::MAX),
            _ => return None,
        })
    }
}

impl fmt::Display for ElementType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Int4 => "int4",
            Self::Int8 => "int8",
            Self::UInt8 => "uint8",
            Self::Int16 => "int16",
            Self::UInt16 => "uint16",
            Self::Int32 => "int32",
            Self::UInt32 => "uint32",
            Self::Int64 => "int64",
            Self::UInt64 => "uint64",
            Self::Float16 => "float16",
            Self::Float32 => "float32",
            Self::Float64 => "float64",
            Self::Bool => "bool",
            Self::String => "string",
            Self::Resource => "resource",
            Self::Other => "unknown type",
        })
    }
}

impl Tensor {
    /// Number of elements. Import has limited it.
    pub fn elements(&self) -> usize {
        self.shape.iter().fold(1, |elements, &size| elements.saturating_mul(size))
    }

    /// Constant elements of an integer type.
    pub fn to_i64(&self) -> Option<Vec<i64>> {
        let data = self.data.as_deref()?;
        match self.ty {
            ElementType::Int64 => {
                Some(data.as_chunks().0.iter().map(|&bytes| i64::from_le_bytes(bytes)).collect())
            }
            _ => Some(self.to_i32()?.into_iter().map(i64::from).collect()),
        }
    }

    /// Constant elements as `i32`, for the small integer tensors that hold axes, shapes and paddings,
    /// and for biases.
    pub fn to_i32(&self) -> Option<Vec<i32>> {
        let data = self.data.as_deref()?;
        Some(match self.ty {
            ElementType::Int8 => data.iter().map(|&b| i32::from(b as i8)).collect(),
            ElementType::UInt8 | ElementType::Bool => data.iter().map(|&b| b.into()).collect(),
            ElementType::Int16 => data.as_chunks().0.iter().map(|&b| i16::from_le_bytes(b).into()).collect(),
            ElementType::Int32 => data.as_chunks().0.iter().map(|&b| i32::from_le_bytes(b)).collect(),
            ElementType::Int64 => {
                let wide = data.as_chunks().0.iter().map(|&b| i64::from_le_bytes(b));
                wide.map(i32::try_from).collect::<Result<_, _>>().ok()?
            }
            _ => return None,
        })
    }

    /// Constant `int8` elements, or `int4` ones, of which each byte has two, the lower bits first.
    pub fn to_i8(&self) -> Option<Vec<i8>> {
        let bytes = self.data.as_deref()?.iter().map(|byte| byte.cast_signed());
        match self.ty {
            ElementType::Int8 => Some(bytes.collect()),
            ElementType::Int4 => {
                Some(bytes.flat_map(|byte| [byte << 4 >> 4, byte >> 4]).take(self.elements()).collect())
            }
            _ => None,
        }
    }
}

impl Graph {
    /// The tensor that an id names.
    #[allow(clippy::indexing_slicing)] // ids are made of indices that import has checked
    pub fn tensor(&self, id: TensorId) -> &Tensor {
        &self.tensors[id.0]
    }

    /// The same, to be changed.
    #[allow(clippy::indexing_slicing)] // as above
    pub fn tensor_mut(&mut self, id: TensorId) -> &mut Tensor {
        &mut self.tensors[id.0]
    }

    /// Adds a tensor.
    pub fn add(&mut self, tensor: Tensor) -> TensorId {
        let id = TensorId(self.tensors.len());
        self.tensors.push(tensor);
        id
    }

    /// Where a node is, for a diagnostic.
    pub fn at(&self, node: &Node) -> At {
        let output = node.outputs.first().map(|&id| self.tensor(id).name.clone());
        At::Operator { index: node.index, name: node.name.to_owned(), output: output.unwrap_or_default() }
    }
}
