import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
from builders import moved, random_constant
from golden import Cases, Model, Op, Tensor, like, random, schema

cases = Cases(__file__)


def pack(inputs, axis):
    rank = len(inputs[0].shape) + 1
    shape = list(inputs[0].shape)
    shape.insert(axis % rank, len(inputs))
    y = like(inputs[0], shape)
    fed = [t for t in dict.fromkeys(inputs) if t.data is None]
    return Model(fed, [y], [Op("PACK", inputs, [y], schema.PackOptionsT(valuesCount=len(inputs), axis=axis))])


def case(name, shape, count, axis, dtype="int8"):
    cases.write(name, pack([moved(shape, dtype) for _ in range(count)], axis))


case("first", (3, 4, 2), 2, 0)
case("second", (3, 4, 2), 2, 1)
case("third", (3, 4, 2), 3, 2)
case("last", (3, 4, 2), 2, 3)
case("negative_last", (3, 4, 2), 2, -1)
case("negative_middle", (3, 4, 2), 3, -2)
case("one", (3, 5), 1, 1)
case("five", (2, 3), 5, 1)
case("rank_1", (9,), 3, 0)
case("rank_1_last", (9,), 3, 1)
case("scalars", (), 4, 0)
case("rank_4", (1, 2, 3, 4), 2, 3)
case("int16", (3, 4, 2), 2, 1, dtype="int16")
case("int32", (3, 4, 2), 2, 1, dtype="int32")

x = Tensor([3, 4], 0.05, -3)
cases.write("input_twice", pack([x, x, Tensor([3, 4], 0.05, -3)], 1))
cases.write("constant", pack([x, random_constant(random("constant"), (3, 4), 0.05, -3)], 1))
