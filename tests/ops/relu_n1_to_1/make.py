"""TensorFlow Lite Micro has no such operator, so these answers are LiteRT's."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
import golden
import litert
from builders import unary
from golden import Cases, Tensor

golden.run = litert.run
cases = Cases(__file__)


def case(name, x, y, shape=(1, 256), every=True, saturates=None):
    """`x` and `y` are scale and zero point."""
    source = Tensor(list(shape), *x, every=every)
    cases.write(name, unary("RELU_N1_TO_1", source, Tensor(list(shape), *y)), saturates)


case("every_value", (0.01, -3), (0.01, -3))
case("every_value_usual_output", (0.015, -30), (2 / 255, 0))
case("every_value_from_lowest_zero_point", (0.007, -128), (0.007, -128))
case("every_value_scaled_down", (0.009, -40), (0.013, -20))
case("every_value_scaled_up", (0.011, -20), (0.009, 7))
case("every_value_one_out_of_reach", (0.005, 10), (0.005, 10))
case("every_value_coarse", (0.3, 0), (0.3, 5), saturates="one is three steps")
case("rank_4", (0.012, 4), (2 / 255, 0), (1, 3, 4, 5), every=False)
