import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
from builders import unary
from golden import Cases, Tensor, schema

cases = Cases(__file__)


def case(name, shape, scale=0.05, zero_point=-3, saturates=None, **x):
    source = Tensor(list(shape), scale, zero_point, **x)
    target = Tensor(list(shape), 1 / 128, 0)
    cases.write(name, unary("L2_NORMALIZATION", source, target, schema.L2NormOptionsT()), saturates)


case("rank_2", (3, 7))
case("rank_1", (9,))
case("rank_3", (2, 3, 5))
case("rank_4", (1, 2, 3, 5))
case("one_element", (20, 1), saturates="a row of one element is 1 or -1")
case("two_elements", (20, 2))
case("long_rows", (1, 300))
case("very_long_rows", (2, 2000), saturates="every element is small")
case("small_values", (4, 6), zero_point=0, between=(-3, 3))
case("zeros_among_them", (12, 2), zero_point=0, between=(-1, 1), saturates="there are few different rows")
case("zero_point_lowest", (3, 8), zero_point=-128)
case("zero_point_highest", (3, 8), zero_point=127)
