import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
from builders import moved
from golden import Cases, Model, Op, like, schema

cases = Cases(__file__)


def case(name, shape, axis, dtype="int8"):
    x = moved(shape, dtype)
    rest = [size for i, size in enumerate(shape) if i != axis % len(shape)]
    outputs = [like(x, rest) for _ in range(shape[axis])]
    op = Op("UNPACK", [x], outputs, schema.UnpackOptionsT(num=shape[axis], axis=axis))
    cases.write(name, Model([x], outputs, [op]))


case("first", (3, 4, 2), 0)
case("middle", (3, 4, 5), 1)
case("last", (3, 4, 2), 2)
case("negative_last", (3, 4, 2), -1)
case("negative_middle", (2, 3, 4, 5), -3)
case("rank_4", (1, 3, 4, 2), 3)
case("rank_2", (2, 9), 0)
case("rank_1", (4,), 0)
case("one", (1, 3, 4), 0)
case("int16", (3, 4, 2), 1, dtype="int16")
case("int32", (3, 4, 2), 1, dtype="int32")
