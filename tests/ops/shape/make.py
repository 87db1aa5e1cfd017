import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
from builders import ACTIVATION, fully_connected, moved, pool
from golden import Cases, Model, Op, Tensor, constant, integers, like, random, schema

cases = Cases(__file__)
NONE = ACTIVATION["NONE"]


def scalar(value):
    return constant(value, dtype="int32")


def numbers(count=None):
    """An int32 tensor: a vector, or a scalar without a count."""
    return Tensor([] if count is None else [count], dtype="int32")


def shape_of(x):
    return Op("SHAPE", [x], [numbers(len(x.shape))], schema.ShapeOptionsT(outType=schema.TensorType.INT32))


def extent(shape, axis):
    """shape[axis], a scalar."""
    options = schema.StridedSliceOptionsT(shrinkAxisMask=1)
    bounds = [integers(axis), integers(axis + 1), integers(1)]
    return Op("STRIDED_SLICE", [shape, *bounds], [numbers()], options)


def cut(shape, begin, end):
    """shape[begin:end], a vector."""
    bounds = [integers(begin), integers(end), integers(1)]
    return Op("STRIDED_SLICE", [shape, *bounds], [numbers(end - begin)], schema.StridedSliceOptionsT())


def pack(*values):
    return Op("PACK", list(values), [numbers(len(values))], schema.PackOptionsT(valuesCount=len(values)))


def combine(kind, options, a, b):
    return Op(kind, [a, b], [like(b if b.data is None else a)], options)


def concatenate(*vectors):
    y = numbers(sum(v.shape[0] for v in vectors))
    return Op("CONCATENATION", list(vectors), [y], schema.ConcatenationOptionsT(axis=0))


def reshape(x, shape, to):
    return Op("RESHAPE", [x, shape], [like(x, list(to))], schema.ReshapeOptionsT())


def out(op):
    return op.outputs[0]


def case(name, x, *ops, saturates=None):
    cases.write(name, Model([x], ops[-1].outputs, ops), saturates)


def packed(name, shape, to, values, dtype="int8"):
    """RESHAPE to extents of the input, given as ("axis", n), and constants."""
    x = moved(shape, dtype)
    source = shape_of(x)
    extents = [extent(out(source), v[1]) if isinstance(v, tuple) else None for v in values]
    packing = pack(*[scalar(v) if e is None else out(e) for v, e in zip(values, extents)])
    case(name, x, source, *[e for e in extents if e], packing, reshape(x, out(packing), to))


packed("flatten", (2, 3, 4, 5), (2, 60), [("axis", 0), 60])
packed("flatten_rest_unknown", (2, 3, 4, 5), (2, 60), [("axis", 0), -1])
packed("reshape", (1, 3, 4, 5), (1, 12, 5), [("axis", 0), 12, 5])
packed("reshape_rank_2", (2, 24), (2, 2, 3, 4), [("axis", 0), 2, 3, 4])
packed("several_extents", (2, 3, 4, 5), (2, 5, 12), [("axis", 0), ("axis", 3), 12])
packed("int16", (2, 3, 4, 5), (2, 60), [("axis", 0), 60], dtype="int16")

x = moved((2, 3, 4, 5))
case("as_output", x, shape_of(x), saturates="the output is the shape")

x = moved((2, 3, 4, 5))
source = shape_of(x)
case("whole_shape", x, source, reshape(x, out(source), x.shape))

x = moved((2, 3, 4, 5))
source = shape_of(x)
front = cut(out(source), 0, 1)
joined = concatenate(out(front), integers(60))
case("concatenation", x, source, front, joined, reshape(x, out(joined), (2, 60)))

x = moved((2, 3, 4, 5))
source = shape_of(x)
front = cut(out(source), 0, 2)
joined = concatenate(out(front), integers(2, 10))
case("concatenation_of_two_extents", x, source, front, joined, reshape(x, out(joined), (2, 3, 2, 10)))

x = moved((2, 3, 4, 5))
source = shape_of(x)
height, width = extent(out(source), 1), extent(out(source), 2)
area = combine("MUL", schema.MulOptionsT(), out(height), out(width))
packing = pack(scalar(2), out(area), scalar(5))
case("mul", x, source, height, width, area, packing, reshape(x, out(packing), (2, 12, 5)))

x = moved((2, 3, 4, 5))
source = shape_of(x)
batch = extent(out(source), 0)
doubled = combine("MUL", schema.MulOptionsT(), out(batch), scalar(2))
packing = pack(out(doubled), scalar(-1))
case("mul_by_constant", x, source, batch, doubled, packing, reshape(x, out(packing), (4, 30)))

x = moved((2, 3, 4, 5))
source = shape_of(x)
height = extent(out(source), 1)
more = combine("ADD", schema.AddOptionsT(), out(height), scalar(1))
packing = pack(out(more), scalar(30))
case("add", x, source, height, more, packing, reshape(x, out(packing), (4, 30)))

x = moved((2, 3, 4, 5))
source = shape_of(x)
height = extent(out(source), 1)
less = combine("SUB", schema.SubOptionsT(), out(height), scalar(1))
packing = pack(out(less), scalar(60))
case("sub", x, source, height, less, packing, reshape(x, out(packing), (2, 60)))

x = moved((1, 4, 6, 3))
pooling = pool("MAX_POOL_2D", x, (2, 2), (2, 2), "VALID")
source = shape_of(out(pooling))
batch = extent(out(source), 0)
packing = pack(out(batch), scalar(-1))
flat = reshape(out(pooling), out(packing), (1, 18))
dense = fully_connected(random("between_pool_and_fully_connected"), out(flat), 7)
case("between_pool_and_fully_connected", x, pooling, source, batch, packing, flat, dense)
