import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
from builders import moved, parts
from golden import Cases, Model, Op, constant, integers, schema

cases = Cases(__file__)


def case(name, shape, axis, sizes, given=None, dtype="int8"):
    """`given`: the sizes as the model has them, where one is -1."""
    x = moved(shape, dtype)
    outputs = parts(x, axis % len(shape), sizes)
    operands = [x, integers(*(given or sizes)), constant(axis, dtype="int32")]
    op = Op("SPLIT_V", operands, outputs, schema.SplitVOptionsT(numSplits=len(sizes)))
    cases.write(name, Model([x], outputs, [op]))


case("channels", (1, 3, 4, 6), 3, (1, 3, 2))
case("channels_negative_axis", (1, 3, 4, 6), -1, (4, 2))
case("channels_rest", (1, 3, 4, 6), 3, (1, 3, 2), (1, -1, 2))
case("channels_rest_last", (1, 3, 4, 6), 3, (2, 4), (2, -1))
case("width", (1, 3, 5, 3), 2, (2, 3))
case("height", (1, 6, 2, 3), 1, (1, 2, 3))
case("height_rest_first", (1, 6, 2, 3), 1, (3, 1, 2), (-1, 1, 2))
case("batch", (3, 3, 4, 2), 0, (1, 2))
case("in_1", (1, 3, 4, 3), 3, (3,))
case("rank_1", (13,), 0, (4, 9))
case("rank_2", (3, 8), 1, (3, 5))
case("rank_3", (2, 6, 4), 1, (4, 2))
case("int16", (1, 3, 4, 6), 3, (1, 3, 2), dtype="int16")
