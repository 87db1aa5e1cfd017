import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
from builders import unary
from golden import Cases, Tensor

cases = Cases(__file__)


def case(name, x, y, shape=(1, 256), every=True, saturates=None, **values):
    """`x` and `y` are scale and zero point. Inputs must not be negative."""
    source = Tensor(list(shape), *x, every=every, **values)
    cases.write(name, unary("RSQRT", source, Tensor(list(shape), *y)), saturates)


case("every_value", (0.05, -128), (0.02, -128))
case("every_value_fine", (0.001, -128), (0.15, -110))
case("every_value_coarse", (3.0, -128), (0.005, -120))
case("half_of_the_values", (0.05, 0), (0.03, -90), (1, 60), every=False, between=(0, 127))
case("rank_4", (0.05, -30), (0.02, -128), (1, 3, 4, 5), every=False, between=(-29, 127))
case("saturates", (0.001, -128), (0.02, -128), saturates="most outputs are too great")
