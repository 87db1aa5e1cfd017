import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
import litert
from builders import convolution, single
from golden import TYPES, Cases, Model, Op, Tensor, random, schema

cases = Cases(__file__)


def case(name, x_shape, kernel, channels, x_zero_point=-3, saturates=None, **options):
    x = Tensor(list(x_shape), 0.05, x_zero_point)
    cases.write(name, single(convolution(random(name), x, kernel, channels, **options)), saturates)


case("pointwise", (1, 4, 3, 5), (1, 1), 6)
case("pointwise_one_channel", (1, 4, 3, 1), (1, 1), 1)
case("pointwise_17_channels", (1, 3, 2, 17), (1, 1), 17)
case("pointwise_stride_2", (1, 6, 5, 3), (1, 1), 4, stride=(2, 2))
case("pointwise_batch_2", (2, 3, 4, 3), (1, 1), 5)
case("same", (1, 5, 7, 3), (3, 3), 4)
case("same_one_channel", (1, 7, 5, 1), (3, 3), 8)
case("same_17_channels", (1, 4, 3, 17), (3, 3), 5)
case("same_8_channels", (1, 6, 8, 8), (3, 3), 8)
case("same_8_channels_odd", (2, 5, 7, 8), (3, 3), 12, y_zero_point=-128, activation="RELU", gain=2)
case("same_12_channels_relu6", (1, 3, 9, 12), (3, 3), 4, activation="RELU6", y_zero_point=-70, y_scale=0.05)
case("same_20_channels", (1, 10, 10, 20), (3, 3), 8, x_zero_point=127, gain=0.5)
case("valid_16_channels", (1, 7, 9, 16), (3, 3), 8, padding="VALID", x_zero_point=-128, gain=0.5)
case("same_even_stride_2", (1, 6, 8, 3), (3, 3), 4, stride=(2, 2))
case("same_odd_stride_2", (1, 7, 5, 3), (3, 3), 4, stride=(2, 2))
case("same_mixed_stride_2", (1, 6, 5, 2), (3, 3), 4, stride=(2, 2))
case("same_kernel_2x2", (1, 5, 4, 3), (2, 2), 4)
case("same_kernel_4x4", (1, 6, 7, 2), (4, 4), 4)
case("same_kernel_4x4_stride_2", (1, 6, 8, 2), (4, 4), 4, stride=(2, 2))
case("same_kernel_2x5", (1, 6, 7, 2), (2, 5), 4)
case("same_kernel_10x4_stride_2", (1, 13, 10, 1), (10, 4), 8, stride=(2, 2))
case("same_kernel_over_input", (1, 3, 2, 3), (5, 7), 4)
case("same_one_pixel", (1, 1, 1, 3), (3, 3), 5)
case("same_stride_over_kernel", (1, 7, 8, 3), (2, 2), 4, stride=(3, 3))
case("valid", (1, 5, 6, 3), (3, 3), 4, padding="VALID")
case("valid_stride_2", (1, 8, 7, 3), (3, 3), 4, padding="VALID", stride=(2, 2))
case("valid_kernel_2x3", (1, 5, 6, 3), (2, 3), 4, padding="VALID")
case("valid_whole_input", (1, 5, 4, 3), (5, 4), 7, padding="VALID")
case("valid_stride_over_kernel", (1, 8, 9, 2), (2, 2), 3, padding="VALID", stride=(3, 4))
case("stride_2_1", (1, 7, 6, 3), (3, 3), 4, stride=(2, 1))
case("stride_1_3", (1, 4, 8, 3), (3, 3), 4, stride=(1, 3))
case("valid_stride_2_1", (1, 7, 6, 3), (3, 3), 4, stride=(2, 1), padding="VALID")
case("same_dilation_2", (1, 7, 6, 2), (3, 3), 4, dilation=(2, 2))
case("valid_dilation_2", (1, 7, 6, 2), (3, 3), 4, dilation=(2, 2), padding="VALID")
case("same_dilation_1_3", (1, 4, 9, 2), (3, 3), 4, dilation=(1, 3))
case("same_dilation_2_stride_2", (1, 8, 7, 2), (3, 3), 4, dilation=(2, 2), stride=(2, 2))
case("groups_2", (1, 5, 4, 6), (3, 3), 4, groups=2)
case("groups_3_pointwise", (1, 5, 4, 9), (1, 1), 6, groups=3)
case("groups_all_channels", (1, 5, 4, 4), (3, 3), 4, groups=4)
case("groups_all_channels_twice", (1, 5, 4, 3), (3, 3), 6, groups=3)
case("per_tensor", (1, 5, 4, 3), (3, 3), 6, per_channel=False)
case("batch_2", (2, 5, 4, 3), (3, 3), 4)
case("batch_3_stride_2", (3, 5, 6, 2), (3, 3), 3, stride=(2, 2))
case("no_bias", (1, 5, 4, 3), (3, 3), 4, bias=False)
case("pointwise_no_bias", (1, 5, 4, 3), (1, 1), 4, bias=False)
case("relu", (1, 5, 4, 3), (3, 3), 6, activation="RELU", y_zero_point=-100)
case("relu6", (1, 5, 4, 3), (3, 3), 6, activation="RELU6", y_zero_point=-70, y_scale=0.05)
case("relu_n1_to_1", (1, 5, 4, 3), (3, 3), 6, activation="RELU_N1_TO_1", y_scale=0.011, gain=0.5)
case("relu_at_lowest_zero_point", (1, 5, 4, 3), (3, 3), 6, activation="RELU", y_zero_point=-128, gain=2)
case("x_zero_point_lowest", (1, 5, 4, 3), (3, 3), 4, x_zero_point=-128, gain=0.5)
case("x_zero_point_highest", (1, 5, 4, 3), (3, 3), 4, x_zero_point=127, gain=0.5)
case("x_zero_point_zero", (1, 5, 4, 3), (3, 3), 4, x_zero_point=0)
case("y_zero_point_lowest", (1, 5, 4, 3), (3, 3), 4, y_zero_point=-128, gain=2)
case("y_zero_point_highest", (1, 5, 4, 3), (3, 3), 4, y_zero_point=127, gain=2)
case("multiplier_over_one", (1, 5, 4, 2), (1, 1), 4, highest=1, gain=200, per_channel=False)
case("saturates", (1, 5, 4, 3), (3, 3), 4, gain=30, saturates="large scales clip most outputs")
case("height_1", (1, 1, 12, 3), (1, 3), 5)
case("height_1_stride_2", (1, 1, 12, 3), (1, 4), 5, stride=(1, 2))
case("height_1_dilation_4", (1, 1, 14, 2), (1, 3), 4, dilation=(1, 4), padding="VALID")
case("width_1", (1, 11, 1, 3), (3, 1), 5, stride=(2, 1))
case("many_channels", (1, 2, 3, 40), (1, 1), 33)


def case_16(name, x_shape, kernel, channels, bias_type="int64", y_scale=0.00023, short=False, saturates=None, **options):
    """int16 activations; `short` asks for 32-bit sums where there is no bias."""
    x = Tensor(list(x_shape), 0.0002, 0, "int16")
    op = convolution(
        random(name), x, kernel, channels, bias_type=bias_type, y_scale=y_scale, y_zero_point=0, **options
    )
    if short:
        op.options.quantizedBiasType = TYPES["int32"]
    cases.write(name, single(op), saturates)


# int16 activations
case_16("int16_pointwise", (1, 4, 3, 5), (1, 1), 6)
case_16("int16_pointwise_short", (2, 3, 4, 3), (1, 1), 5, bias_type="int32")
case_16("int16_same", (1, 5, 7, 3), (3, 3), 4)
case_16("int16_same_short", (1, 5, 7, 3), (3, 3), 4, bias_type="int32")
case_16("int16_same_stride_2", (1, 6, 8, 3), (4, 4), 4, stride=(2, 2))
case_16("int16_valid_stride_2_1", (1, 7, 6, 3), (3, 2), 4, padding="VALID", stride=(2, 1))
case_16("int16_same_dilation_2", (2, 7, 6, 2), (3, 3), 4, dilation=(2, 2))
case_16("int16_dilation_1_3", (1, 4, 9, 2), (3, 3), 4, dilation=(1, 3), bias_type="int32")
case_16("int16_same_kernel_over_input", (1, 3, 2, 3), (5, 7), 4)
case_16("int16_groups_2", (1, 5, 4, 6), (3, 3), 4, groups=2)
case_16("int16_groups_all_channels", (1, 5, 4, 5), (3, 3), 5, groups=5)
case_16("int16_groups_all_channels_twice", (1, 5, 4, 3), (3, 3), 6, groups=3, bias_type="int32")
case_16("int16_wide_sums", (1, 3, 3, 250), (3, 3), 3)
case_16("int16_per_tensor", (1, 5, 4, 3), (3, 3), 6, per_channel=False)
case_16("int16_no_bias", (1, 5, 4, 3), (3, 3), 4, bias=False)
case_16("int16_no_bias_short", (1, 5, 4, 3), (3, 3), 4, bias=False, short=True)
case_16("int16_relu", (1, 5, 4, 3), (3, 3), 6, activation="RELU", saturates="half are 0")
case_16("int16_relu6", (1, 5, 4, 3), (3, 3), 6, activation="RELU6", y_scale=0.0003, saturates="half are 0")
case_16("int16_saturates", (1, 5, 4, 3), (3, 3), 4, gain=30, saturates="large scales clip most outputs")
case_16("int16_height_1", (1, 1, 12, 3), (1, 3), 5)


def case_u8(name, x_shape, kernel, channels, x_zero_point=125, y_zero_point=133, saturates=None, **options):
    """uint8 activations and weights, as the older converter made them; these answers are LiteRT's."""
    x = Tensor(list(x_shape), 0.05, x_zero_point, "uint8")
    op = convolution(random(name), x, kernel, channels, y_zero_point=y_zero_point, **options)
    cases.write(name, single(op), saturates, litert.run)


# uint8 activations
case_u8("uint8_pointwise", (1, 4, 3, 5), (1, 1), 6)
case_u8("uint8_same", (1, 5, 7, 3), (3, 3), 4)
case_u8("uint8_same_stride_2", (2, 6, 8, 3), (4, 4), 4, stride=(2, 2))
case_u8("uint8_valid", (1, 5, 6, 3), (3, 2), 4, padding="VALID")
case_u8("uint8_valid_whole_input", (1, 5, 4, 3), (5, 4), 7, padding="VALID")
case_u8("uint8_same_dilation_2", (1, 7, 6, 2), (3, 3), 4, dilation=(2, 2))
case_u8("uint8_same_one_channel", (1, 7, 5, 1), (3, 3), 8)
case_u8("uint8_same_kernel_over_input", (1, 3, 2, 3), (5, 7), 4)
case_u8("uint8_relu6", (1, 5, 4, 3), (3, 3), 6, activation="RELU6", y_scale=6 / 255, y_zero_point=0, saturates="half are 0")
case_u8("uint8_zero_points_at_both_ends", (1, 5, 4, 3), (3, 3), 4, x_zero_point=0, y_zero_point=255, gain=0.5, saturates="clips")


def case_of_bytes(name, x_shape, zero_point, again=False, **options):
    """uint8 that QUANTIZE brings to int8 for windows of 3x3 on one channel; with `again` for another operator too."""
    bytes_ = Tensor(list(x_shape), 0.05, zero_point, "uint8")
    x = Tensor(list(x_shape), 0.05, zero_point - 128)
    op = convolution(random(name), x, (3, 3), options.pop("channels", 5), **options)
    ops, outputs = [Op("QUANTIZE", [bytes_], [x], schema.QuantizeOptionsT()), op], [op.outputs[0]]
    if again:
        outputs.append(Tensor(list(x_shape), 0.05, zero_point - 128))
        ops.append(Op("RELU", [x], outputs[1:]))
    cases.write(name, Model([bytes_], outputs, ops), None, litert.run)


# uint8 that becomes int8
case_of_bytes("from_uint8_same", (1, 9, 7, 1), 125, y_zero_point=-128, gain=2)
case_of_bytes("from_uint8_same_stride_2", (2, 8, 9, 1), 3, channels=4, stride=(2, 2), y_zero_point=-128, gain=2)
case_of_bytes("from_uint8_valid_stride_2", (1, 13, 13, 1), 0, stride=(2, 2), padding="VALID", y_zero_point=-128, gain=2)
case_of_bytes("from_uint8_relu", (1, 8, 8, 1), 255, activation="RELU", y_zero_point=-128, channels=8, gain=2)
case_of_bytes("from_uint8_without_relu", (1, 6, 8, 1), 0, y_zero_point=60, gain=0.5)
case_of_bytes("from_uint8_read_twice", (1, 7, 7, 1), 125, again=True, y_zero_point=-128, gain=2)


def case_4(name, x_shape, kernel, channels, **options):
    """Weights of four bits."""
    x = Tensor(list(x_shape), 0.05, -3)
    op = convolution(random(name), x, kernel, channels, highest=7, gain=16, **options)
    op.inputs[1].dtype = "int4"
    cases.write(name, single(op))


case_4("int4_weights_pointwise", (1, 4, 3, 6), (1, 1), 5)
case_4("int4_weights_pointwise_odd", (2, 4, 3, 5), (1, 1), 6)
case_4("int4_weights_same", (1, 5, 7, 4), (3, 3), 4)
case_4("int4_weights_same_odd", (1, 5, 7, 3), (3, 3), 5)
case_4("int4_weights_same_stride_2", (1, 6, 8, 3), (4, 4), 4, stride=(2, 2))
case_4("int4_weights_valid_one_channel", (1, 7, 5, 1), (3, 2), 8, padding="VALID")
case_4("int4_weights_dilation_2", (1, 7, 6, 2), (3, 3), 4, dilation=(2, 2))
case_4("int4_weights_groups_2", (1, 5, 4, 6), (3, 3), 4, groups=2)
case_4("int4_weights_whole_input", (1, 5, 4, 3), (5, 4), 7, padding="VALID")
