import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
from builders import binary, random_constant
from golden import Cases, Tensor, random

cases = Cases(__file__)
IMAGE = (1, 3, 4, 5)


def case(name, shape, alpha_shape, x=(0.05, -3), alpha=(0.01, 4), y=(0.05, 5), dtype="int8", fixed=True, saturates=None):
    """`x`, `alpha` and `y` are scale and zero point."""
    source = Tensor(list(shape), *x, dtype)
    slopes = random_constant(random(name), alpha_shape, *alpha) if fixed else Tensor(list(alpha_shape), *alpha)
    cases.write(name, binary("PRELU", source, slopes, Tensor([], *y, dtype)), saturates)


case("channels", IMAGE, (5,))
case("channels_1_1_c", IMAGE, (1, 1, 5))
case("same_shape", IMAGE, (3, 4, 5))
case("one_slope", IMAGE, (1, 1, 1))
case("shared_along_height", (2, 3, 4, 5), (1, 4, 5))
case("rank_2", (3, 9), (9,))
case("slopes_computed", IMAGE, (5,), fixed=False)
case("slopes_broadcast_over_input", (1, 1, 4, 5), (2, 3, 1, 5), fixed=False)
case("same_scale", IMAGE, (5,), y=(0.05, -3))
case("scaled_up", IMAGE, (5,), y=(0.03, -3))
case("scaled_down", IMAGE, (5,), x=(0.05, 20), y=(0.11, -60))
case("steep", IMAGE, (5,), alpha=(0.05, 0), y=(0.2, 5))
case("zero_points_at_both_ends", IMAGE, (5,), x=(0.05, 127), alpha=(0.008, -128), y=(0.06, 127))
case("saturates", IMAGE, (5,), y=(0.004, 0), saturates="a small output scale clips most outputs")
case("int16", IMAGE, (5,), x=(0.0005, 0), y=(0.0004, 0), dtype="int16")
case("int16_zero_points", IMAGE, (5,), x=(0.0005, 100), y=(0.0006, -300), dtype="int16")
