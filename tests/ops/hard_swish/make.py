import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
from builders import unary
from golden import Cases, Tensor

cases = Cases(__file__)


def case(name, x, y, shape=(1, 256), every=True, saturates=None):
    """`x` and `y` are scale and zero point."""
    source = Tensor(list(shape), *x, every=every)
    cases.write(name, unary("HARD_SWISH", source, Tensor(list(shape), *y)), saturates)


case("every_value", (0.05, -3), (0.03, -100))
case("every_value_usual", (12 / 255, 0), (6.4 / 255, -113))
case("every_value_fine", (0.01, 11), (0.01, -20))
case("every_value_tiny_scale", (0.001, 11), (0.0005, 11))
case("every_value_coarse", (0.5, -3), (0.4, -100))
case("every_value_very_coarse", (3.0, 5), (2.5, -100))
case("every_value_reaching_far", (0.19, -60), (0.15, -120))
case("every_value_negative", (0.03, 127), (0.0022, 100), saturates="most inputs are below -3")
case("every_value_positive", (0.02, -128), (0.02, -128))
case("every_value_output_coarse", (0.05, -3), (0.3, 4))
case("rank_4", (0.05, -30), (0.04, -100), (1, 3, 4, 5), every=False)
