import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
from golden import Cases, Model, Op, Tensor, integers, schema

cases = Cases(__file__)


def case(name, shape, axis, x=(0.05, -3), y=(0.11, 5), exclusive=False, reverse=False, saturates=None):
    """`x` and `y` are scale and zero point."""
    source, target = Tensor(list(shape), *x), Tensor(list(shape), *y)
    options = schema.CumsumOptionsT(exclusive, reverse)
    cases.write(name, Model([source], [target], [Op("CUMSUM", [source, integers(axis)], [target], options)]), saturates)


case("last_axis", (3, 9), 1)
case("last_axis_negative", (2, 3, 7), -1)
case("first_axis", (8, 5), 0)
case("middle_axis", (2, 6, 5), 1)
case("rank_4", (2, 3, 4, 3), 2)
case("rank_1", (12,), 0)
case("exclusive", (2, 6, 5), 1, exclusive=True)
case("reverse", (2, 6, 5), 1, reverse=True)
case("exclusive_reverse", (2, 6, 5), 1, exclusive=True, reverse=True)
case("exclusive_reverse_last_axis", (4, 7), 1, exclusive=True, reverse=True)
case("zero_point_zero", (3, 9), 1, x=(0.05, 0), y=(0.2, 0))
case("zero_point_lowest", (3, 9), 1, x=(0.05, -128), y=(0.4, -128))
case("zero_point_highest", (3, 9), 1, x=(0.05, 127), y=(0.4, 127))
case("saturates", (3, 9), 1, y=(0.01, 0), saturates="sums are large")
