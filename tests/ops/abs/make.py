import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
from builders import unary
from golden import Cases, Tensor

cases = Cases(__file__)


def case(name, x, y, shape=(1, 256), every=True, dtype="int8", saturates=None):
    """`x` and `y` are scale and zero point."""
    source = Tensor(list(shape), *x, dtype, every=every)
    cases.write(name, unary("ABS", source, Tensor(list(shape), *y, dtype)), saturates)


case("every_value", (0.05, -3), (0.05, -128))
case("every_value_same", (0.05, -3), (0.05, -3))
case("every_value_scaled_up", (0.05, 20), (0.031, -100))
case("every_value_scaled_down", (0.05, -40), (0.09, -100))
case("every_value_multiplier_over_two", (0.05, -20), (0.011, -128))
case("every_value_zero_points_at_both_ends", (0.05, -128), (0.05, 127), saturates="no output above zero fits")
case("every_value_from_highest_zero_point", (0.05, 127), (0.06, -128))
case("rank_4", (0.05, -30), (0.04, -128), (1, 3, 4, 5), every=False)
case("int16", (0.001, 0), (0.0008, 0), (1, 60), every=False, dtype="int16")
case("int16_same_scale", (0.001, 0), (0.001, 0), (1, 60), every=False, dtype="int16")
