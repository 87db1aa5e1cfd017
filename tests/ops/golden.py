"""Write golden cases: a one-operator .tflite, inputs, and what tflite-micro answers.

A case is two files in the folder of its operator:

- `<case>.tflite`, the model;
- `<case>.npz`, arrays `input_0`, … and `output_0`, …, eight vectors each, stacked on a new leading axis.

The outputs come from the reference kernels in the Python package `tflite-micro`; for the operators that it does not
have (RELU_N1_TO_1, TILE) and for uint8, which it does not take, from those of LiteRT.
`python <op>/make.py` rewrites one folder, `python golden.py` all of them; both give the same bytes every time.
"""

import runpy
import sys
import zlib
from dataclasses import dataclass, field
from pathlib import Path

import flatbuffers
import numpy as np
from tflite_micro import runtime
from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as schema

VECTORS = 8
ARENA_BYTES = 1 << 20
TYPES = {
    "int4": schema.TensorType.INT4,
    "int8": schema.TensorType.INT8,
    "uint8": schema.TensorType.UINT8,
    "int16": schema.TensorType.INT16,
    "int32": schema.TensorType.INT32,
    "int64": schema.TensorType.INT64,
    "uint32": schema.TensorType.UINT32,
    "uint64": schema.TensorType.UINT64,
    "float32": schema.TensorType.FLOAT32,
    "bool": schema.TensorType.BOOL,
    "resource": schema.TensorType.RESOURCE,
}


# ---------------------------------------------------------------- the model


@dataclass(eq=False)
class Tensor:
    """A tensor; constant if it has `data`. One scale, or one per channel along `axis`."""

    shape: list
    scale: object = None
    zero_point: int = 0
    dtype: str = "int8"
    axis: int = 0
    data: np.ndarray = None
    between: tuple = None  # as a model input: the range of its values, if not all of the type's
    grid: float = None  # as a float model input: its values are multiples of this
    every: bool = False  # as a model input: each vector a permutation of all the type's values
    spread: bool = False  # as a model input: no vector of equal or nearly equal values
    variable: bool = False  # kept from one vector to the next by the operator that reads it


@dataclass
class Op:
    kind: str  # the name in the schema; of a custom operator its own name behind "CUSTOM "
    inputs: list  # None for an operand left out
    outputs: list
    options: object = None  # a table of the schema, or the bytes of a custom operator


@dataclass
class Model:
    inputs: list
    outputs: list
    ops: list
    once: "Model" = None  # what CALL_ONCE runs
    tensors: list = field(init=False)

    def __post_init__(self):
        used = [*self.inputs, *self.outputs]
        for op in self.ops:
            used += [*op.inputs, *op.outputs]
        self.tensors = list(dict.fromkeys(t for t in used if t is not None))


def nibbles(data):
    """int4 values, two in a byte, the lower bits first."""
    flat = np.append(data.flatten(), np.zeros(data.size % 2, "int8")).view("uint8") & 15
    return flat[::2] | flat[1::2] << 4


def constant(data, scale=None, zero_point=0, dtype="int8", axis=0):
    data = np.asarray(data, "int8" if dtype == "int4" else dtype)
    return Tensor(list(data.shape), scale, zero_point, dtype, axis, data)


def integers(*values):
    """The int32 vector that carries axes, shapes and paddings."""
    return constant(values, dtype="int32")


def like(tensor, shape=None):
    """A tensor of the same type and quantization."""
    return Tensor(tensor.shape if shape is None else shape, tensor.scale, tensor.zero_point, tensor.dtype)


# ---------------------------------------------------------------- the file


class AlignedBuffer(schema.BufferT):
    """A buffer at a multiple of 16 bytes, as the schema asks and the generated code does not do."""

    def Pack(self, builder):
        builder.StartVector(1, len(self.data), 16)
        builder.head -= len(self.data)
        builder.Bytes[builder.head : builder.head + len(self.data)] = self.data
        data = builder.EndVector()
        schema.BufferStart(builder)
        schema.BufferAddData(builder, data)
        return schema.BufferEnd(builder)


def serialize(model):
    """The bytes of the .tflite file."""
    buffers = [schema.BufferT()]  # buffer 0 is empty: that of every tensor without data
    models = [model, *([model.once] if model.once else [])]
    codes = list(dict.fromkeys(op.kind for model in models for op in model.ops))
    packed = schema.ModelT(
        version=3,
        operatorCodes=[pack_code(kind) for kind in codes],
        subgraphs=[pack_graph(model, name, buffers, codes) for model, name in zip(models, ["main", "once"])],
        description="golden test case",
        buffers=buffers,
    )
    builder = flatbuffers.Builder(1024)
    builder.Finish(packed.Pack(builder), file_identifier=b"TFL3")
    return bytes(builder.Output())


def pack_graph(model, name, buffers, codes):
    return schema.SubGraphT(
        tensors=[pack_tensor(t, number, buffers) for number, t in enumerate(model.tensors)],
        inputs=numbers(model, model.inputs),
        outputs=numbers(model, model.outputs),
        operators=[pack_operator(model, op, codes) for op in model.ops],
        name=name,
    )


def numbers(model, tensors):
    return [-1 if t is None else model.tensors.index(t) for t in tensors]


def pack_tensor(tensor, number, buffers):
    packed = schema.TensorT(shape=list(tensor.shape), type=TYPES[tensor.dtype], name=f"tensor_{number}", hasRank=True)
    packed.isVariable = tensor.variable
    if tensor.data is not None:
        packed.buffer = len(buffers)
        data = tensor.data if tensor.dtype != "int4" else nibbles(tensor.data)
        buffers.append(AlignedBuffer(data=data.tobytes()))
    if tensor.scale is not None:
        scales = np.atleast_1d(np.asarray(tensor.scale, np.float32))
        packed.quantization = schema.QuantizationParametersT(
            scale=scales.tolist(),
            zeroPoint=[int(tensor.zero_point)] * len(scales),
            quantizedDimension=tensor.axis,
        )
    return packed


def pack_operator(model, op, codes):
    packed = schema.OperatorT(
        opcodeIndex=codes.index(op.kind),
        inputs=numbers(model, op.inputs),
        outputs=numbers(model, op.outputs),
    )
    if isinstance(op.options, bytes):
        packed.customOptions = list(op.options)
    elif op.options is not None:
        table = type(op.options).__name__.removesuffix("T")
        packed.builtinOptionsType = getattr(schema.BuiltinOptions, table)
        packed.builtinOptions = op.options
    return packed


def pack_code(kind):
    builtin, _, custom = kind.partition(" ")
    code = getattr(schema.BuiltinOperator, builtin)
    placeholder = schema.BuiltinOperator.PLACEHOLDER_FOR_GREATER_OP_CODES
    return schema.OperatorCodeT(
        deprecatedBuiltinCode=min(code, placeholder), builtinCode=code, customCode=custom or None
    )


# ---------------------------------------------------------------- the vectors


def random(name):
    """The generator of one case: seeded by its name, so that no case depends on another."""
    return np.random.default_rng(zlib.crc32(name.encode()))


def vectors(tensor, rng):
    """All lowest, all highest, noise around zero, both extremes at random, then the whole range."""
    shape, kind = tuple(tensor.shape), np.dtype(tensor.dtype)
    if tensor.every:
        span = np.arange(np.iinfo(kind).min, np.iinfo(kind).max + 1)
        return np.stack([rng.permutation(span).reshape(shape) for _ in range(VECTORS)]).astype(kind)
    if tensor.dtype == "bool":
        return rng.integers(0, 2, (VECTORS, *shape)).astype(bool)
    low, high = tensor.between or (np.iinfo(kind).min, np.iinfo(kind).max)
    if kind == np.float32:
        draw, noise = rng.uniform, (high - low) / 64
    else:
        draw, noise = lambda a, b, s: rng.integers(a, b, s, endpoint=True), max(3, (high - low) // 10000)
    near_zero = tensor.zero_point + draw(-noise, noise, shape)
    first = [np.full(shape, low), np.full(shape, high), near_zero, rng.choice([low, high], shape)]
    rest = [draw(low, high, shape) for _ in range(VECTORS - len(first))]
    if tensor.spread:
        first = [draw(low, high, shape) for _ in first]
    stack = np.clip(np.stack([*first, *rest]), low, high)
    return (stack if tensor.grid is None else np.round(stack / tensor.grid) * tensor.grid).astype(kind)


def run(file, inputs, outputs):
    """What tflite-micro answers to each vector, one after the other: one stack per output."""
    interpreter = runtime.Interpreter.from_bytes(file, arena_size=ARENA_BYTES)
    answers = []
    for vector in zip(*inputs):
        for index, value in enumerate(vector):
            interpreter.set_input(value, index)
        interpreter.invoke()
        answers.append([np.array(interpreter.get_output(index)) for index in range(outputs)])
    return [np.stack(answer) for answer in zip(*answers)]


def check_telling(name, output):
    """A case whose output hardly varies would pass a wrong kernel."""
    values, counts = np.unique(output, return_counts=True)
    assert len(values) >= min(8, output.size // 2), f"{name}: only {len(values)} distinct values"
    share = counts.max() / output.size
    assert share <= 0.6, f"{name}: {share:.0%} of the elements are {values[counts.argmax()]}"


class Cases:
    """The cases in the folder of a make.py; the old ones are removed first."""

    def __init__(self, make_py):
        self.folder = Path(make_py).resolve().parent
        for old in [*self.folder.glob("*.tflite"), *self.folder.glob("*.npz")]:
            old.unlink()

    def write(self, name, model, saturates=None, oracle=None, inputs=None):
        """`saturates` says why the outputs need not vary; `oracle` answers instead of tflite-micro; `inputs` are
        stacks of vectors instead of the usual ones."""
        rng = random(f"{self.folder.name}/{name}")
        file = serialize(model)
        inputs = inputs or [vectors(tensor, rng) for tensor in model.inputs]
        outputs = (oracle or run)(file, inputs, len(model.outputs))
        for output in outputs:
            if not saturates:
                check_telling(f"{self.folder.name}/{name}", output)
        self.folder.joinpath(f"{name}.tflite").write_bytes(file)
        arrays = {f"input_{i}": a for i, a in enumerate(inputs)}
        arrays |= {f"output_{i}": a for i, a in enumerate(outputs)}
        np.savez_compressed(self.folder / f"{name}.npz", **arrays)


if __name__ == "__main__":
    for make_py in sorted(Path(__file__).resolve().parent.glob("*/make.py")):
        print(make_py.parent.name, file=sys.stderr)
        runpy.run_path(str(make_py), run_name="__main__")
