import sys
from pathlib import Path

import numpy as np

sys.path.append(str(Path(__file__).resolve().parents[1]))
import litert
from builders import fully_connected, single
from golden import TYPES, Cases, Model, Tensor, random

cases = Cases(__file__)


def case(name, x_shape, units, *, x_scale=0.05, x_zero_point=-3, saturates=None, **options):
    x = Tensor(list(x_shape), x_scale, x_zero_point)
    cases.write(name, single(fully_connected(random(name), x, units, **options)), saturates)


def chain(name, depths, **first):
    rng = random(name)
    x = Tensor([1, depths[0]], 0.05, -3)
    ops = [fully_connected(rng, x, depths[1], activation="RELU", y_zero_point=-128, gain=2, **first)]
    for units in depths[2:]:
        ops.append(fully_connected(rng, ops[-1].outputs[0], units, y_scale=0.1, y_zero_point=-7))
    cases.write(name, Model([x], ops[-1].outputs, ops))


case("per_tensor", (1, 16), 8)
case("per_channel", (1, 16), 8, per_channel=True)
case("per_channel_batch_3_relu", (3, 9), 7, rows=3, per_channel=True, activation="RELU", y_zero_point=-90)
case("bias_absent", (1, 12), 6, bias="absent")
case("bias_omitted", (1, 12), 6, bias="omitted")
case("1_to_1", (1, 1), 1)
case("1_to_5", (1, 1), 5)
case("3_to_1", (1, 3), 1)
case("5_to_3", (1, 5), 3)
case("17_to_5", (1, 17), 5)
case("17_to_17", (1, 17), 17)
case("130_to_3", (1, 130), 3)
case("3_to_65", (1, 3), 65)
case("batch_2", (2, 10), 6, rows=2)
case("batch_5", (5, 7), 3, rows=5)
case("rank_4_flattened", (1, 3, 2, 5), 6)
case("rank_4_flattened_batch_2", (2, 2, 3, 4), 5, rows=2)
case("rank_3_to_rows", (1, 4, 6), 5, rows=4)
case("keep_num_dims_rank_3", (1, 4, 6), 5, keep=True)
case("keep_num_dims_rank_4", (2, 3, 2, 5), 4, keep=True)
case("relu", (1, 16), 12, activation="RELU", y_zero_point=-100)
case("relu_at_lowest_zero_point", (1, 16), 12, activation="RELU", y_zero_point=-128, gain=2)
case("relu6", (1, 16), 12, activation="RELU6", y_zero_point=-70, y_scale=0.05)
case("relu_n1_to_1", (1, 16), 12, activation="RELU_N1_TO_1", y_scale=0.011, gain=0.7)
case("x_zero_point_lowest", (1, 16), 8, x_zero_point=-128, gain=0.5)
case("x_zero_point_highest", (1, 16), 8, x_zero_point=127, gain=0.5)
case("x_zero_point_zero", (1, 16), 8, x_zero_point=0)
case("y_zero_point_lowest", (1, 16), 8, y_zero_point=-128, gain=2)
case("y_zero_point_highest", (1, 16), 8, y_zero_point=127, gain=2)
case("multiplier_over_one", (1, 2), 12, highest=1, gain=200)
case("multiplier_far_over_one", (1, 1), 9, highest=1, gain=2000, bias="omitted", saturates="left shift by 5")
case("multiplier_tiny", (1, 5), 9, gain=1e-5, bias=list(np.linspace(-2e9, 2e9, 9)))
case("bias_near_limits", (1, 3), 8, gain=1e-5, bias=[k * (2**29 - 2**16) for k in (4, -4, 3, -3, 2, -2, 1, 0)])
case("saturates", (1, 16), 8, gain=30, saturates="large scales clip most outputs")
case("scale_tiny", (1, 9), 6, x_scale=1e-5, y_scale=3e-6)
case("scale_large", (1, 9), 6, x_scale=7.5, y_scale=113.0)
chain("chain_of_two", (10, 16, 5))
chain("chain_of_three", (6, 20, 9, 4))


def case_16(name, x_shape, units, bias_type="int64", y_scale=0.00023, saturates=None, short=False, **options):
    """int16 activations; `short` asks for 32-bit sums where there is no bias."""
    x = Tensor(list(x_shape), 0.0002, 0, "int16")
    rng = random(name)
    op = fully_connected(rng, x, units, bias_type=bias_type, y_scale=y_scale, y_zero_point=0, **options)
    if short:
        op.options.quantizedBiasType = TYPES["int32"]
    cases.write(name, single(op), saturates)


# int16 activations
case_16("int16", (1, 16), 8)
case_16("int16_per_channel", (1, 16), 8, per_channel=True)
case_16("int16_rows_3_relu", (3, 9), 7, rows=3, per_channel=True, activation="RELU", saturates="half are 0")
case_16("int16_relu6", (1, 16), 12, activation="RELU6", y_scale=0.0003, saturates="half are 0")
case_16("int16_relu_n1_to_1", (1, 16), 12, activation="RELU_N1_TO_1", y_scale=0.00005)
case_16("int16_keep_num_dims", (2, 3, 2, 5), 4, keep=True)
case_16("int16_wide_sums", (1, 2100), 9, per_channel=True)
case_16("int16_bias_over_32_bits", (1, 700), 5, bias=[2**33, -(2**33), 2**31, -(2**31), 3], gain=0.01)
case_16("int16_bias_at_limit_of_32_bits", (1, 2), 2, bias=[2**31 - 2**15, -(2**31) + 2**15], gain=0.02, highest=1, saturates="the bias is nearly all")
case_16("int16_bias_short", (1, 16), 8, bias_type="int32")
case_16("int16_bias_short_per_channel", (2, 16), 8, rows=2, bias_type="int32", per_channel=True)
case_16("int16_bias_short_absent", (1, 16), 8, bias="absent", short=True)
case_16("int16_bias_absent", (1, 12), 6, bias="absent")
case_16("int16_bias_omitted", (1, 12), 6, bias="omitted", per_channel=True)
case_16("int16_multiplier_over_one", (1, 2), 12, highest=1, gain=200, saturates="left shift")
case_16("int16_multiplier_tiny", (1, 5), 9, gain=1e-5, bias=[int(v) for v in np.linspace(-(2**39), 2**39, 9)])
case_16("int16_saturates", (1, 16), 8, gain=30, saturates="large scales clip most outputs")


def case_u8(name, x_shape, units, x_zero_point=125, y_zero_point=133, saturates=None, **options):
    """uint8 activations and weights, as the older converter made them; these answers are LiteRT's."""
    x = Tensor(list(x_shape), 0.05, x_zero_point, "uint8")
    op = fully_connected(random(name), x, units, y_zero_point=y_zero_point, **options)
    cases.write(name, single(op), saturates, litert.run)


# uint8 activations
case_u8("uint8", (1, 16), 8)
case_u8("uint8_rows_3", (3, 9), 7, rows=3)
case_u8("uint8_flattened", (1, 3, 2, 5), 6)
case_u8("uint8_long", (1, 300), 5)
case_u8("uint8_bias_absent", (1, 12), 6, bias="absent")
case_u8("uint8_relu", (1, 16), 12, activation="RELU", y_zero_point=0, saturates="half are 0")
case_u8("uint8_zero_points_at_both_ends", (1, 16), 8, x_zero_point=255, y_zero_point=0, gain=2, saturates="clips")


def case_4(name, x_shape, units, **options):
    """Weights of four bits."""
    x = Tensor(list(x_shape), 0.05, -3)
    op = fully_connected(random(name), x, units, highest=7, gain=16, **options)
    op.inputs[1].dtype = "int4"
    cases.write(name, single(op))


case_4("int4_weights", (1, 16), 8)
case_4("int4_weights_odd", (1, 9), 5)
case_4("int4_weights_odd_rows_3", (3, 7), 6, rows=3)
case_4("int4_weights_1_to_5", (1, 1), 5)
case_4("int4_weights_long_relu", (1, 131), 6, activation="RELU", y_zero_point=-90)
