import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
from builders import moved
from golden import Cases, Model, Op, constant, integers, like, schema

cases = Cases(__file__)


def case(name, shape, axis, to, dtype="int8"):
    """`axis` is the constant operand."""
    x = moved(shape, dtype)
    y = like(x, list(to))
    cases.write(name, Model([x], [y], [Op("EXPAND_DIMS", [x, axis], [y], schema.ExpandDimsOptionsT())]))


case("first", (4, 5, 2), integers(0), (1, 4, 5, 2))
case("middle", (4, 5, 2), integers(1), (4, 1, 5, 2))
case("last", (4, 5, 2), integers(3), (4, 5, 2, 1))
case("negative_last", (4, 5), integers(-1), (4, 5, 1))
case("negative_middle", (4, 5), integers(-2), (4, 1, 5))
case("scalar_axis", (4, 5), constant(1, dtype="int32"), (4, 1, 5))
case("rank_1", (20,), integers(0), (1, 20))
case("int16", (4, 5), integers(1), (4, 1, 5), dtype="int16")
