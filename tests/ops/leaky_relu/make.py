import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
from builders import unary
from golden import Cases, Tensor, schema

cases = Cases(__file__)


def case(name, alpha, x, y, shape=(1, 256), every=True, dtype="int8", saturates=None):
    """`x` and `y` are scale and zero point."""
    source = Tensor(list(shape), *x, dtype, every=every)
    options = schema.LeakyReluOptionsT(alpha=alpha)
    cases.write(name, unary("LEAKY_RELU", source, Tensor(list(shape), *y, dtype), options), saturates)


case("every_value", 0.1, (0.05, -3), (0.05, -3))
case("every_value_other_zero_point", 0.2, (0.05, -3), (0.05, -100))
case("every_value_scaled_up", 0.3, (0.05, 20), (0.031, -60))
case("every_value_scaled_down", 0.01, (0.05, -40), (0.09, -100))
case("every_value_alpha_over_one", 1.7, (0.05, 7), (0.08, 2))
case("every_value_alpha_zero", 0.0, (0.05, -40), (0.04, -100))
case("every_value_alpha_negative", -0.4, (0.05, 7), (0.05, -90))
case("every_value_alpha_one", 1.0, (0.05, 7), (0.05, 7))
case("every_value_zero_point_lowest", 0.1, (0.05, -128), (0.05, -128))
case("every_value_zero_point_highest", 0.5, (0.05, 127), (0.03, 127))
case("rank_4", 0.3, (0.05, -30), (0.04, -100), (1, 3, 4, 5), every=False)
case("int16", 0.1, (0.0004, 0), (0.0003, 0), (1, 60), every=False, dtype="int16")
case("int16_same_scale", 0.3, (0.0004, 0), (0.0004, 0), (1, 60), every=False, dtype="int16")
case("int16_alpha_negative", -0.3, (0.0004, 0), (0.0005, 0), (1, 60), every=False, dtype="int16")
case("int16_zero_points", 0.3, (0.0004, 300), (0.0005, -700), (1, 60), every=False, dtype="int16")
