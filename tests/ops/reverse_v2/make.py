import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
from builders import moved, single
from golden import Cases, Op, integers, like, schema

cases = Cases(__file__)


def case(name, shape, axes, dtype="int8"):
    x = moved(shape, dtype)
    cases.write(name, single(Op("REVERSE_V2", [x, integers(*axes)], [like(x)], schema.ReverseV2OptionsT())))


case("last_axis", (2, 3, 4, 5), (3,))
case("last_axis_negative", (2, 3, 4, 5), (-1,))
case("first_axis", (3, 3, 4, 2), (0,))
case("height", (1, 5, 4, 3), (1,))
case("width", (2, 3, 5, 3), (2,))
case("height_and_width", (2, 3, 4, 5), (1, 2))
case("width_and_channels", (2, 3, 4, 5), (3, 2))
case("all_axes", (2, 3, 4), (0, 1, 2))
case("rank_1", (20,), (0,))
case("axis_of_one", (5, 1, 4), (1,))
case("int16", (2, 3, 5, 3), (2,), "int16")
case("int32", (4, 5), (0,), "int32")
