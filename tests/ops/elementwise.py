"""The cases that operators on two operands have in common."""

import numpy as np
from builders import ACTIVATION, random_constant
from golden import Model, Op, Tensor, constant, random, schema

IMAGE = (1, 3, 4, 5)


def binary(kind, a, b, y, options):
    """A constant operand is no input of the model. `y` gets its shape here."""
    y.shape = list(np.broadcast_shapes(tuple(a.shape), tuple(b.shape)))
    inputs = [t for t in dict.fromkeys([a, b]) if t.data is None]
    return Model(inputs, [y], [Op(kind, [a, b], [y], options)])


def operand(rng, shape, scale, zero_point, dtype, fixed, between=None):
    if fixed and not shape:
        return constant(-7, scale, zero_point, dtype)
    if fixed:
        return random_constant(rng, shape, scale, zero_point, dtype)
    return Tensor(list(shape), scale, zero_point, dtype, between=between)


def arithmetic_cases(cases, kind, options, fit, narrow):
    """ADD, SUB and MUL.

    `fit` gives the output scale that suits two operands' scales, also for int16; operands of scale `narrow`
    give results around 1.
    """

    def case(
        name,
        a_shape,
        b_shape=None,
        a=(0.05, -3),
        b=(0.04, 11),
        y_scale=None,
        coarser=1,
        y_zero_point=5,
        dtype="int8",
        activation="NONE",
        fixed="",
        saturates=None,
    ):
        """`a` and `b` are scale and zero point; `fixed` names the constant operand. int32 has neither."""
        rng = random(name)
        if dtype == "int32":
            a = b = (None, 0, dtype, False, (-1000, 1000))
            y = Tensor([], dtype=dtype)
        else:
            a, b = (*a, dtype, fixed == "a"), (*b, dtype, fixed == "b")
            y = Tensor([], (y_scale or fit(a[0], b[0], dtype)) * coarser, y_zero_point, dtype)
        left = operand(rng, a_shape, *a)
        right = operand(rng, a_shape if b_shape is None else b_shape, *b)
        fused = options(fusedActivationFunction=ACTIVATION[activation])
        cases.write(name, binary(kind, left, right, y, fused), saturates)

    case("same_shape", IMAGE)
    case("same_shape_batch_2", (2, 3, 4, 5))
    case("rank_1", (40,))
    case("rank_2", (3, 11))
    case("rank_3", (2, 5, 4))
    case("rank_5", (2, 1, 3, 2, 4))
    case("odd_count", (1, 3, 3, 1))
    case("broadcast_right_scalar", IMAGE, ())
    case("broadcast_left_scalar", (), IMAGE)
    case("broadcast_right_one_element", IMAGE, (1,))
    case("broadcast_left_one_element", (1, 1, 1, 1), IMAGE)
    case("broadcast_right_channels", IMAGE, (5,))
    case("broadcast_left_channels", (5,), IMAGE)
    case("broadcast_right_1_1_1_c", IMAGE, (1, 1, 1, 5))
    case("broadcast_left_1_1_1_c", (1, 1, 1, 5), IMAGE)
    case("broadcast_right_n_h_w_1", (2, 3, 4, 5), (2, 3, 4, 1))
    case("broadcast_left_n_h_w_1", (2, 3, 4, 1), (2, 3, 4, 5))
    case("broadcast_right_height", (2, 3, 4, 5), (2, 1, 4, 5))
    case("broadcast_left_width", (2, 3, 1, 5), (2, 3, 4, 5))
    case("broadcast_right_batch", (3, 2, 2, 5), (1, 2, 2, 5))
    case("broadcast_right_height_and_width", (2, 3, 4, 5), (2, 1, 1, 5))
    case("broadcast_right_lower_rank", (2, 3, 4, 5), (4, 5))
    case("broadcast_left_lower_rank", (3, 4, 1), (2, 3, 4, 5))
    case("broadcast_right_rank_5", (2, 2, 3, 2, 3), (3, 1, 3))
    case("broadcast_both", (2, 1, 4, 5), (1, 3, 4, 1))
    case("broadcast_both_outer", (6, 1), (1, 7))
    case("broadcast_both_ranks", (4, 1), (2, 3, 1, 5))
    case("broadcast_both_rank_6", (2, 1, 3, 1, 2, 1), (1, 2, 1, 2, 1, 3))
    case("constant_right", IMAGE, fixed="b")
    case("constant_left", IMAGE, fixed="a")
    case("constant_right_channels", IMAGE, (5,), fixed="b")
    case("constant_left_channels", (1, 1, 1, 5), IMAGE, fixed="a")
    case("constant_right_scalar", IMAGE, (), fixed="b")
    case("constant_left_scalar", (), IMAGE, fixed="a")
    case("relu", IMAGE, activation="RELU", y_zero_point=-90)
    case("relu_at_lowest_zero_point", IMAGE, activation="RELU", coarser=0.5, y_zero_point=-128)
    case("relu6", IMAGE, a=(0.05, -30), activation="RELU6", y_scale=0.05, y_zero_point=-60)
    case("relu_n1_to_1", IMAGE, a=(narrow, -3), b=(narrow, 2), activation="RELU_N1_TO_1", y_scale=0.011)
    case("relu_broadcast", IMAGE, (5,), activation="RELU", y_zero_point=-90)
    case("zero_points_lowest", IMAGE, a=(0.08, -128), b=(0.05, -128), coarser=2, y_zero_point=-128)
    case("zero_points_highest", IMAGE, a=(0.05, 127), b=(0.05, 127), coarser=2.5, y_zero_point=0)
    case("zero_points_opposite", IMAGE, a=(0.05, -128), b=(0.05, 127), coarser=2.5, y_zero_point=10)
    case("equal_scales", IMAGE, a=(0.05, 0), b=(0.05, 0), y_scale=0.05, y_zero_point=0, saturates="may clip")
    case("scale_of_left_tiny", IMAGE, a=(0.0004, 7), b=(0.04, -5))
    case("scale_of_right_tiny", IMAGE, a=(0.05, 7), b=(0.0003, -5))
    case("scales_large", IMAGE, a=(30.0, 7), b=(11.0, -5))
    case("output_scale_large", IMAGE, coarser=6, y_zero_point=-20)
    case("saturates", IMAGE, coarser=1 / 30, saturates="a small output scale clips most outputs")
    case("int16", IMAGE, a=(0.0005, 0), b=(0.0004, 0), y_zero_point=0, dtype="int16")
    case("int16_broadcast", IMAGE, (5,), a=(0.0005, 0), b=(0.0004, 0), y_zero_point=0, dtype="int16")
    case("int32", IMAGE, dtype="int32")
    case("int32_broadcast", (4, 1), (2, 3, 1, 5), dtype="int32")

    x = Tensor(list(IMAGE), 0.05, -3)
    y = Tensor([], fit(0.05, 0.05, "int8") * 1.3, 5)
    cases.write("operand_twice", binary(kind, x, x, y, options()), "a - a is 0" if kind == "SUB" else None)


def extremum_cases(cases, kind):
    """MINIMUM and MAXIMUM compare quantized values: all operands share scale and zero point."""

    def case(name, a_shape, b_shape=None, fixed="", dtype="int8", scale=0.05, zero_point=-3, between=None):
        rng = random(name)
        left = operand(rng, a_shape, scale, zero_point, dtype, fixed == "a", between)
        right = operand(rng, a_shape if b_shape is None else b_shape, scale, zero_point, dtype, fixed == "b", between)
        y = Tensor([], scale, zero_point, dtype)
        cases.write(name, binary(kind, left, right, y, schema.MaximumMinimumOptionsT()))

    case("same_shape", IMAGE)
    case("rank_1", (40,))
    case("rank_5", (2, 1, 3, 2, 4))
    case("broadcast_right_scalar", IMAGE, ())
    case("broadcast_left_scalar", (), IMAGE)
    case("broadcast_right_channels", IMAGE, (5,))
    case("broadcast_left_channels", (1, 1, 1, 5), IMAGE)
    case("broadcast_right_n_h_w_1", (2, 3, 4, 5), (2, 3, 4, 1))
    case("broadcast_both", (2, 1, 4, 5), (1, 3, 4, 1))
    case("broadcast_lower_rank", (4, 1), (2, 3, 4, 5))
    case("constant_right", IMAGE, fixed="b")
    case("constant_left_channels", (5,), IMAGE, fixed="a")
    case("constant_right_scalar", IMAGE, (), fixed="b")
    case("int16", IMAGE, dtype="int16", zero_point=0)
    case("int32", (1, 7), scale=None, zero_point=0, dtype="int32", between=(-1000, 1000))
