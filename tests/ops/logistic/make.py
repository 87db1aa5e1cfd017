import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
import litert
from builders import unary
from golden import Cases, Tensor

cases = Cases(__file__)
INT8 = (1 / 256, -128, "int8")
INT16 = (1 / 32768, 0, "int16")


def case(name, shape, scale, zero_point=0, dtype="int8", to=INT8, saturates=None, oracle=None, **x):
    source = Tensor(list(shape), scale, zero_point, dtype, **x)
    cases.write(name, unary("LOGISTIC", source, Tensor(list(shape), *to)), saturates, oracle)


case("every_value", (1, 256), 0.05, -3, every=True)
case("every_value_scale_small", (1, 256), 0.01, 20, every=True)
case("every_value_scale_tiny", (1, 256), 0.0005, every=True, saturates="a narrow stretch around one half")
case("every_value_scale_large", (1, 256), 0.25, -3, every=True, saturates="both ends are flat")
case("every_value_scale_huge", (1, 256), 3.0, 5, every=True, saturates="nearly a step")
case("every_value_zero_point_lowest", (1, 256), 0.03, -128, every=True)
case("every_value_zero_point_highest", (1, 256), 0.03, 127, every=True)
case("every_value_power_of_two_scale", (1, 256), 1 / 16, 0, every=True)
case("one_element", (1, 1), 0.04, 2)
case("rank_4", (1, 3, 4, 5), 0.04, 2)
case("int16", (1, 150), 1 / 4096, dtype="int16", to=INT16)
case("int16_any_scale", (1, 150), 0.00031, dtype="int16", to=INT16)

# uint8, of which these answers are LiteRT's.
UINT8 = dict(dtype="uint8", to=(1 / 256, 0, "uint8"), every=True, oracle=litert.run)
case("uint8_every_value", (1, 256), 0.05, 125, **UINT8)
case("uint8_every_value_scale_small", (1, 256), 0.01, 20, **UINT8)
case("uint8_every_value_scale_large", (1, 256), 0.25, 200, **UINT8, saturates="both ends are flat")
case("uint8_every_value_scale_huge", (1, 256), 4.3, 173, **UINT8, saturates="nearly a step")
