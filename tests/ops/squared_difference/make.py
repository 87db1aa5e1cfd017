import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
from builders import binary, random_constant
from golden import Cases, Tensor, random, schema

cases = Cases(__file__)
IMAGE = (1, 3, 4, 5)


def case(name, a_shape, b_shape=None, a=(0.05, -3), b=(0.04, 11), y=(0.7, -100), dtype="int8", fixed=False, **options):
    """`a`, `b` and `y` are scale and zero point; `fixed` makes the right operand a constant."""
    between = (-1000, 1000) if dtype == "int32" else None
    left = Tensor(list(a_shape), *a, dtype, between=between)
    b_shape = a_shape if b_shape is None else b_shape
    right = random_constant(random(name), b_shape, *b, dtype) if fixed else Tensor(list(b_shape), *b, dtype, between=between)
    target = Tensor([], *y, dtype)
    cases.write(name, binary("SQUARED_DIFFERENCE", left, right, target, schema.SquaredDifferenceOptionsT()), **options)


INT16 = dict(a=(0.0005, 0), b=(0.0004, 0), y=(0.05, 0), dtype="int16")
INT32 = dict(a=(None, 0), b=(None, 0), y=(None, 0), dtype="int32")
case("same_shape", IMAGE)
case("rank_1", (40,))
case("broadcast_right_scalar", IMAGE, ())
case("broadcast_left_scalar", (), IMAGE)
case("broadcast_right_channels", IMAGE, (5,))
case("broadcast_left_n_h_w_1", (2, 3, 4, 1), (2, 3, 4, 5))
case("broadcast_both", (2, 1, 4, 5), (1, 3, 4, 1))
case("constant_right", IMAGE, fixed=True)
case("constant_right_channels", IMAGE, (5,), fixed=True)
case("equal_scales", IMAGE, a=(0.05, 0), b=(0.05, 0), y=(0.5, -128))
case("scale_of_left_tiny", IMAGE, a=(0.0004, 7))
case("zero_points_at_both_ends", IMAGE, a=(0.05, -128), b=(0.05, 127), y=(2.5, -128))
case("saturates", IMAGE, y=(0.02, 0), saturates="a small output scale clips most outputs")
case("int16", IMAGE, **INT16)
case("int16_broadcast", IMAGE, (5,), **INT16)
case("int32", IMAGE, **INT32)
case("int32_broadcast", (4, 1), (2, 3, 1, 5), **INT32)
