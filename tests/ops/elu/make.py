import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
from builders import unary
from golden import Cases, Tensor

cases = Cases(__file__)


def case(name, x, y, shape=(1, 256), every=True, saturates=None):
    """`x` and `y` are scale and zero point."""
    source = Tensor(list(shape), *x, every=every)
    cases.write(name, unary("ELU", source, Tensor(list(shape), *y)), saturates)


case("every_value", (0.05, -3), (0.05, -3))
case("every_value_fine", (0.01, 11), (0.008, -20))
case("every_value_tiny_scale", (0.001, 11), (0.001, 11))
case("every_value_coarse", (0.5, -3), (0.1, -100), saturates="most positive values clip")
case("every_value_negative", (0.02, 127), (0.0078, 127))
case("every_value_positive", (0.02, -128), (0.02, -128))
case("every_value_output_coarse", (0.05, -3), (0.11, 4))
case("rank_4", (0.05, -30), (0.04, -100), (1, 3, 4, 5), every=False)
