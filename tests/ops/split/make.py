import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
from builders import moved, parts
from golden import Cases, Model, Op, constant, integers, schema

cases = Cases(__file__)


def case(name, shape, axis, count, scalar_axis=True, dtype="int8"):
    x = moved(shape, dtype)
    outputs = parts(x, axis % len(shape), [shape[axis] // count] * count)
    operand = constant(axis, dtype="int32") if scalar_axis else integers(axis)
    op = Op("SPLIT", [operand, x], outputs, schema.SplitOptionsT(numSplits=count))
    cases.write(name, Model([x], outputs, [op]))


case("channels_in_2", (1, 3, 4, 6), 3, 2)
case("channels_in_3_negative_axis", (1, 3, 4, 6), -1, 3)
case("channels_one_by_one", (1, 3, 4, 5), 3, 5)
case("width", (1, 3, 4, 3), 2, 2)
case("height", (1, 6, 4, 3), 1, 3)
case("height_negative_axis", (1, 4, 3, 3), -3, 2)
case("batch", (2, 3, 4, 3), 0, 2)
case("in_1", (1, 3, 4, 3), 3, 1)
case("rank_1", (12,), 0, 3)
case("rank_2", (3, 8), 1, 4)
case("rank_3", (2, 6, 4), 1, 2)
case("axis_in_a_vector", (1, 3, 4, 6), 3, 2, scalar_axis=False)
case("int16", (1, 3, 4, 6), 3, 2, dtype="int16")
