"""The models of operators that have restrictions of others only: each on a type that it does not take; `make.py` runs
this too."""

from mistake import case
from builders import binary, initial, single, unary
from golden import Model, Op, Tensor, constant, integers, schema


def plain(dtype, *shape):
    return Tensor(list(shape or (1, 4)), 0.05 if dtype in ("int8", "int16") else None, 0, dtype)


def refused(kind, model):
    case(f"{kind.lower()}/unsupported_type", model)


for kind, dtype, options in [
    ("ABS", "int32", None),
    ("CAST", "int64", schema.CastOptionsT()),
    ("ELU", "int16", None),
    ("LEAKY_RELU", "int32", schema.LeakyReluOptionsT(alpha=0.1)),
    ("LOGICAL_NOT", "int8", None),
    ("RELU6", "int32", None),
    ("RELU_N1_TO_1", "int16", None),
    ("TANH", "int32", None),
]:
    refused(kind, unary(kind, plain(dtype), plain(dtype), options))

for kind, dtype, options in [
    ("EQUAL", "int16", schema.EqualOptionsT()),
    ("GREATER", "int16", schema.GreaterOptionsT()),
    ("GREATER_EQUAL", "int16", schema.GreaterEqualOptionsT()),
    ("LESS_EQUAL", "int16", schema.LessEqualOptionsT()),
    ("NOT_EQUAL", "int16", schema.NotEqualOptionsT()),
]:
    refused(kind, binary(kind, plain(dtype), plain(dtype), Tensor([], dtype="bool"), options))

for kind, dtype, options in [
    ("LOGICAL_AND", "int8", schema.LogicalAndOptionsT()),
    ("LOGICAL_OR", "int8", schema.LogicalOrOptionsT()),
    ("MINIMUM", "int64", schema.MaximumMinimumOptionsT()),
    ("PRELU", "int32", None),
    ("SQUARED_DIFFERENCE", "int64", schema.SquaredDifferenceOptionsT()),
    ("SUB", "int64", schema.SubOptionsT()),
]:
    refused(kind, binary(kind, plain(dtype), plain(dtype), plain(dtype), options))

for kind, dtype in [("MEAN", "int32"), ("SUM", "int32"), ("REDUCE_MIN", "int16")]:
    axes, options = integers(1), schema.ReducerOptionsT(keepDims=True)
    refused(kind, single(Op(kind, [plain(dtype), axes], [plain(dtype, 1, 1)], options)))

arg_min = Op("ARG_MIN", [plain("int16"), integers(1)], [Tensor([1], dtype="int32")], schema.ArgMinOptionsT())
refused("ARG_MIN", single(arg_min))
refused("QUANTIZE", unary("QUANTIZE", plain("int64"), plain("int8")))
refused("SHAPE", single(Op("SHAPE", [plain("int8")], [Tensor([2], dtype="int16")], schema.ShapeOptionsT())))


def variable(change):
    """A model that sets a variable up, and does it wrong."""
    model = initial({"last": constant([[1, 2, 3, 4]], 0.05, -3)})
    handle, assign = model.ops
    x, y = plain("int8"), plain("int8")
    change(handle, assign)
    return Model([x], [y], [handle, assign, Op("RELU", [x], [y])])


def no_resource(handle, assign):
    handle.outputs = [Tensor([], dtype="int32")]
    assign.inputs = [handle.outputs[0], assign.inputs[1]]


def wide_value(handle, assign):
    assign.inputs = [assign.inputs[0], constant([1, 2], dtype="int64")]


refused("VAR_HANDLE", variable(no_resource))
refused("ASSIGN_VARIABLE", variable(wide_value))
