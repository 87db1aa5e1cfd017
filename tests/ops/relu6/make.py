import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
from builders import unary
from golden import Cases, Tensor

cases = Cases(__file__)


def case(name, x, y, shape=(1, 256), every=True, dtype="int8", saturates=None):
    """`x` and `y` are scale and zero point."""
    source = Tensor(list(shape), *x, dtype, every=every)
    cases.write(name, unary("RELU6", source, Tensor(list(shape), *y, dtype)), saturates)


case("every_value", (0.05, -3), (0.05, -3))
case("every_value_usual_output", (0.05, -30), (6 / 255, -128))
case("every_value_from_lowest_zero_point", (0.04, -128), (0.04, -128))
case("every_value_from_highest_zero_point", (0.05, 127), (0.05, 0), saturates="no input is positive")
case("every_value_scaled_down", (0.05, -40), (0.06, -100))
case("every_value_scaled_up", (0.05, -90), (0.031, -128))
case("every_value_six_out_of_reach", (0.02, -100), (0.02, -100))
case("every_value_other_zero_point", (0.05, -40), (0.05, -80))
case("every_value_six_between_steps", (0.07, -60), (0.0701, -50))
case("rank_4", (0.05, -30), (6 / 255, -128), (1, 3, 4, 5), every=False)
case("int16", (0.0003, 0), (0.0003, 0), (1, 60), every=False, dtype="int16")
