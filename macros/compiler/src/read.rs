//! What an operator reads its inputs and options with: every access is checked, every refusal says
//! what was found, why that cannot be, and what to do.

use crate::diagnostics::Problem;
use crate::graph::{ElementType, Graph, Quantization, Tensor, TensorId, VariableId};
use crate::schema::tflite;

/// One operator of the file, with the tensors it names.
pub(crate) struct Reader<'a> {
    pub(crate) graph: &'a Graph,
    pub(crate) operator: tflite::Operator<'a>,
    pub(crate) name: &'static str,
    pub(crate) inputs: &'a [Option<TensorId>],
    pub(crate) outputs: &'a [TensorId],
}

/// What to do about a file that contradicts itself.
pub(crate) const CONVERT_AGAIN: &str =
    "convert the model again; if it stays so, report it to whoever made the converter";
/// What to do about a tensor without or with wrong quantization.
pub(crate) const QUANTIZE: &str = "convert with full integer quantization: \
    `converter.optimizations = [tf.lite.Optimize.DEFAULT]` and a `representative_dataset`";

/// Why a scale of 0 is refused where an operator computes with it.
const NOT_POSITIVE: &str = "scales must be positive numbers";

/// So many of something.
fn plural(count: usize, what: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {what}{ending}")
}

impl<'a> Reader<'a> {
    /// Checks how many inputs and outputs there are. Left-out inputs count.
    pub(crate) fn arity(
        &self,
        inputs: std::ops::RangeInclusive<usize>,
        outputs: usize,
    ) -> Result<(), Problem> {
        match inputs.contains(&self.inputs.len()) && self.outputs.len() == outputs {
            true => Ok(()),
            false => Err(self.count(inputs, outputs)),
        }
    }

    /// Another number of inputs or outputs than the operator has.
    fn count(&self, inputs: std::ops::RangeInclusive<usize>, outputs: usize) -> Problem {
        let inputs = match inputs.into_inner() {
            (least, most) if least == most => plural(least, "input"),
            (least, most) => format!("{least} to {}", plural(most, "input")),
        };
        let found = (plural(self.inputs.len(), "input"), plural(self.outputs.len(), "output"));
        Problem::new(
            format!("{} and {}", found.0, found.1),
            format!("{} has {inputs} and {}", self.name, plural(outputs, "output")),
            CONVERT_AGAIN,
        )
    }

    /// The id of input `index`.
    pub(crate) fn input(&self, index: usize) -> Result<TensorId, Problem> {
        self.optional_input(index).ok_or_else(|| {
            Problem::new(
                format!("input {index} is left out"),
                format!("{} needs it", self.name),
                CONVERT_AGAIN,
            )
        })
    }

    /// The id of input `index`, if it is there.
    pub(crate) fn optional_input(&self, index: usize) -> Option<TensorId> {
        self.inputs.get(index).copied().flatten()
    }

    /// The id of output `index`.
    pub(crate) fn output(&self, index: usize) -> Result<TensorId, Problem> {
        self.outputs
            .get(index)
            .copied()
            .ok_or_else(|| self.count(1..=self.inputs.len(), index.saturating_add(1)))
    }

    /// The tensor that an id names.
    pub(crate) fn tensor(&self, id: TensorId) -> &'a Tensor {
        self.graph.tensor(id)
    }

    /// The operator's options; an error if they are absent or another operator's.
    pub(crate) fn options<T>(&self, get: impl Fn(&tflite::Operator<'a>) -> Option<T>) -> Result<T, Problem> {
        get(&self.operator).ok_or_else(|| {
            let found = self.operator.builtin_options_type().variant_name();
            Problem::new(
                format!("options are {}", found.filter(|&n| n != "NONE").unwrap_or("missing")),
                format!("{} has options of its own", self.name),
                CONVERT_AGAIN,
            )
        })
    }

    /// Checks the element type of a tensor. `role` is what the tensor is to the operator: "input".
    pub(crate) fn one_of(
        &self,
        id: TensorId,
        role: &str,
        types: &[ElementType],
    ) -> Result<ElementType, Problem> {
        let ty = self.tensor(id).ty;
        if types.contains(&ty) {
            return Ok(ty);
        }
        let known: Vec<String> = types.iter().map(ToString::to_string).collect();
        let fix = match ty {
            _ if ty.is_float() => QUANTIZE,
            _ => "convert with int8 activations and weights",
        };
        Err(Problem::new(
            format!("{role} is {ty}"),
            format!("{} is supported with {role} of type {}", self.name, known.join(", ")),
            fix,
        ))
    }

    /// Checks that two tensors have one element type.
    pub(crate) fn same_type(&self, a: TensorId, b: TensorId) -> Result<(), Problem> {
        let (x, y) = (self.tensor(a).ty, self.tensor(b).ty);
        if x != y {
            return Err(Problem::new(
                format!("element types {x} and {y}"),
                format!("{} needs the same type on both", self.name),
                CONVERT_AGAIN,
            ));
        }
        Ok(())
    }

    /// Scale and zero point of a tensor that is quantized as a whole.
    pub(crate) fn per_tensor(&self, id: TensorId, role: &str) -> Result<(f32, i32), Problem> {
        let Quantization { scales, zero_points, .. } = self.quantization(id, role)?;
        match (scales.as_slice(), zero_points.as_slice()) {
            (&[scale], &[zero_point]) if scale != 0.0 => Ok((scale, zero_point)),
            (&[_], &[_]) => Err(Problem::new(format!("{role} has scale 0"), NOT_POSITIVE, QUANTIZE)),
            _ => Err(Problem::new(
                format!("{role} has {} scales", scales.len()),
                "activations have one scale and one zero point",
                QUANTIZE,
            )),
        }
    }

    /// Scale of a tensor that is quantized as a whole, whose zero point is 0 as the reference takes for
    /// granted.
    pub(crate) fn symmetric(&self, id: TensorId, role: &str) -> Result<f32, Problem> {
        match self.per_tensor(id, role)? {
            (scale, 0) => Ok(scale),
            (_, zero_point) => Err(Problem::new(
                format!("{role} has zero point {zero_point}"),
                "int16 tensors have zero point 0",
                QUANTIZE,
            )),
        }
    }

    /// The quantization of a tensor that must have one.
    pub(crate) fn quantization(&self, id: TensorId, role: &str) -> Result<&'a Quantization, Problem> {
        self.tensor(id).quantization.as_ref().ok_or_else(|| {
            Problem::new(
                format!("{role} is {} without scale and zero point", self.tensor(id).ty),
                "its integers have no meaning",
                QUANTIZE,
            )
        })
    }

    /// Scales of weights: one, or one for each slice of `dimension`; zero points must be 0, except in
    /// `uint8` models.
    pub(crate) fn weight_scales(&self, id: TensorId, dimension: usize) -> Result<&'a [f32], Problem> {
        let quantization = self.quantization(id, "weights")?;
        if !self.tensor(id).shifted && quantization.zero_points.iter().any(|&z| z != 0) {
            return Err(Problem::new(
                "weights with a zero point other than 0",
                "int8 weights are symmetric by the specification, and the reference ignores other zero points",
                QUANTIZE,
            ));
        }
        if quantization.scales.contains(&0.0) {
            return Err(Problem::new("weights with scale 0", NOT_POSITIVE, QUANTIZE));
        }
        let slices = self.tensor(id).shape.get(dimension).copied();
        match quantization.scales.len() {
            1 => Ok(&quantization.scales),
            n if Some(n) == slices && quantization.dimension == dimension => Ok(&quantization.scales),
            n => Err(Problem::new(
                format!("weights with {n} scales along dimension {}", quantization.dimension),
                format!("{} has one scale, or one per slice of dimension {dimension}", self.name),
                QUANTIZE,
            )),
        }
    }

    /// Elements of an input that must be a constant list of integers: axes, paddings, a shape.
    pub(crate) fn integers(&self, index: usize, role: &str) -> Result<Vec<i32>, Problem> {
        let tensor = self.tensor(self.input(index)?);
        tensor.to_i32().ok_or_else(|| match tensor.data {
            None => Problem::new(
                format!("{role} is computed while the model runs"),
                "memory is planned during compilation, so shapes must be known",
                "make it a constant of the model, or fix the input shape before converting",
            ),
            Some(_) => Problem::new(
                format!("{role} is {}", tensor.ty),
                "it must be a list of 32-bit integers",
                CONVERT_AGAIN,
            ),
        })
    }

    /// Checks that a tensor has the shape that follows from the operator's inputs and options.
    pub(crate) fn expect_shape(&self, id: TensorId, role: &str, shape: &[usize]) -> Result<(), Problem> {
        let found = &self.tensor(id).shape;
        if found != shape {
            return Err(Problem::new(
                format!("{role} of shape {found:?}"),
                format!("{} of these inputs gives {shape:?}", self.name),
                CONVERT_AGAIN,
            ));
        }
        Ok(())
    }

    /// The four dimensions (batch, height, width, channels) of a tensor.
    pub(crate) fn nhwc(&self, id: TensorId, role: &str) -> Result<[usize; 4], Problem> {
        let shape = &self.tensor(id).shape;
        shape.as_slice().try_into().map_err(|_| {
            Problem::new(
                format!("{role} of shape {shape:?}"),
                format!("{} needs four dimensions: batch, height, width, channels", self.name),
                "reshape it in the model",
            )
        })
    }

    /// An axis, which may count from the end, of `rank` dimensions.
    pub(crate) fn axis(&self, axis: i32, rank: usize) -> Result<usize, Problem> {
        let wrapped = match usize::try_from(axis) {
            Ok(axis) => Some(axis),
            Err(_) => axis.unsigned_abs().try_into().ok().and_then(|back| rank.checked_sub(back)),
        };
        wrapped.filter(|&a| a < rank).ok_or_else(|| {
            Problem::new(format!("axis {axis}"), format!("the tensor has {rank} dimensions"), CONVERT_AGAIN)
        })
    }

    /// An option that must be a number in a range.
    pub(crate) fn in_range(
        &self,
        value: i32,
        what: &str,
        range: std::ops::RangeInclusive<i32>,
    ) -> Result<usize, Problem> {
        usize::try_from(value).ok().filter(|_| range.contains(&value)).ok_or_else(|| {
            Problem::new(
                format!("{what} is {value}"),
                format!("it must be from {} to {}", range.start(), range.end()),
                CONVERT_AGAIN,
            )
        })
    }

    /// The variable that input `index` refers to.
    pub(crate) fn variable(&self, index: usize) -> Result<VariableId, Problem> {
        let handle = self.tensor(self.input(index)?);
        let id = handle.data.as_deref().and_then(|bytes| bytes.as_array());
        let id = id.filter(|_| handle.ty == ElementType::Resource).map(|&bytes| u64::from_le_bytes(bytes));
        let id = id.and_then(|id| usize::try_from(id).ok()).filter(|&id| id < self.graph.variables.len());
        id.map(VariableId).ok_or_else(|| {
            Problem::new(
                format!("input {index} is {} and comes from no VAR_HANDLE", handle.ty),
                format!("{} must know while compiling which variable it is about", self.name),
                CONVERT_AGAIN,
            )
        })
    }

    /// Checks that a tensor keeps its value from one inference to the next.
    pub(crate) fn state(&self, id: TensorId, role: &str) -> Result<(), Problem> {
        match self.graph.variables.iter().any(|variable| variable.tensor == Some(id)) {
            true => Ok(()),
            false => Err(Problem::new(
                format!("{role} is no variable tensor"),
                format!("{} keeps it from one inference to the next", self.name),
                CONVERT_AGAIN,
            )),
        }
    }

    /// Checks that a tensor is a constant of the model.
    pub(crate) fn constant(&self, id: TensorId, role: &str) -> Result<(), Problem> {
        match self.tensor(id).data {
            Some(_) => Ok(()),
            None => Err(Problem::new(
                format!("{role} are computed while the model runs"),
                format!("{} is supported with constant {role}, which lie in flash", self.name),
                "make them constants of the model",
            )),
        }
    }

    /// The dimensions of a tensor that must have `N` of them.
    pub(crate) fn dimensions<const N: usize>(&self, id: TensorId, role: &str) -> Result<[usize; N], Problem> {
        let shape = &self.tensor(id).shape;
        shape.as_slice().try_into().map_err(|_| {
            Problem::new(
                format!("{role} of shape {shape:?}"),
                format!("{} needs {N} dimensions", self.name),
                CONVERT_AGAIN,
            )
        })
    }
}
