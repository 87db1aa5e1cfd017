"""The cases of EQUAL, NOT_EQUAL, LESS, LESS_EQUAL, GREATER and GREATER_EQUAL."""

from builders import binary, random_constant
from golden import Tensor, constant, random

IMAGE = (1, 3, 4, 5)
TRUTH = "there are two values"


def comparison_cases(cases, kind, options, truth_values=False):
    def case(name, a_shape, b_shape=None, a=(0.05, -3), b=(0.05, 4), dtype="int8", between=None, fixed=""):
        """`a` and `b` are scale and zero point, `fixed` names the constant operand."""
        b_shape = a_shape if b_shape is None else b_shape

        def operand(which, shape, scale, zero_point):
            if which != fixed:
                return Tensor(list(shape), scale, zero_point, dtype, between=between)
            if dtype == "int8":
                return random_constant(random(name), shape, scale, zero_point)
            return constant(random(name).integers(*between, list(shape)), dtype=dtype)

        left, right = operand("a", a_shape, *a), operand("b", b_shape, *b)
        cases.write(name, binary(kind, left, right, Tensor([], dtype="bool"), options()), TRUTH)

    near = dict(between=(-6, 6))
    case("same_shape", IMAGE)
    case("near_each_other", IMAGE, a=(0.05, 0), b=(0.05, 0), **near)
    case("near_each_other_other_scale", IMAGE, a=(0.06, 0), b=(0.04, 1), **near)
    case("scales_that_round_together", IMAGE, a=(0.0011, 0), b=(0.0013, 0), **near)
    case("scale_near_one", IMAGE, a=(0.99, -3), b=(0.5, 7))
    case("broadcast_right_channels", IMAGE, (5,), **near)
    case("broadcast_left_scalar", (), IMAGE, **near)
    case("broadcast_both", (2, 1, 4, 5), (1, 3, 4, 1), **near)
    case("constant_right", IMAGE, fixed="b")
    case("constant_left_channels", (5,), IMAGE, fixed="a")
    plain = dict(a=(None, 0), b=(None, 0), dtype="int32", between=(-4, 4))
    case("int32", IMAGE, **plain)
    case("int32_broadcast", (4, 1), (2, 3, 1, 5), **plain)
    case("int32_constant", IMAGE, (), fixed="b", **plain)
    if truth_values:
        case("bool", IMAGE, a=(None, 0), b=(None, 0), dtype="bool")
