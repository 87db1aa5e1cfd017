import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
import litert
from builders import convolution, single
from golden import Cases, Tensor, random

cases = Cases(__file__)


def case(name, x_shape, kernel, multiplier=1, x_zero_point=-3, saturates=None, **options):
    x = Tensor(list(x_shape), 0.05, x_zero_point)
    channels = x_shape[3] * multiplier
    op = convolution(random(name), x, kernel, channels, depth_multiplier=multiplier, **options)
    cases.write(name, single(op), saturates)


case("same", (1, 5, 7, 4), (3, 3))
case("same_one_channel", (1, 7, 6, 1), (3, 3))
case("same_3_channels", (1, 6, 5, 3), (3, 3))
case("same_17_channels", (1, 4, 5, 17), (3, 3))
case("same_even_stride_2", (1, 6, 8, 4), (3, 3), stride=(2, 2))
case("same_odd_stride_2", (1, 7, 5, 5), (3, 3), stride=(2, 2))
case("same_kernel_2x2", (1, 5, 4, 3), (2, 2))
case("same_kernel_4x4_stride_2", (1, 6, 8, 3), (4, 4), stride=(2, 2))
case("same_kernel_5x2", (1, 7, 6, 3), (5, 2))
case("same_kernel_over_input", (1, 3, 2, 3), (5, 7))
case("same_one_pixel", (1, 1, 1, 9), (3, 3))
case("same_stride_over_kernel", (1, 7, 8, 3), (2, 2), stride=(3, 3))
case("valid", (1, 5, 6, 4), (3, 3), padding="VALID")
case("valid_stride_2", (1, 8, 7, 3), (3, 3), padding="VALID", stride=(2, 2))
case("valid_whole_input", (1, 5, 4, 7), (5, 4), padding="VALID")
case("kernel_1x1", (1, 4, 3, 6), (1, 1))
case("stride_1_2", (1, 4, 9, 3), (3, 3), stride=(1, 2))
case("stride_2_1", (1, 9, 4, 3), (3, 3), stride=(2, 1), padding="VALID")
case("depth_multiplier_2", (1, 5, 4, 3), (3, 3), 2)
case("depth_multiplier_2_valid_stride_2", (1, 7, 6, 3), (3, 3), 2, padding="VALID", stride=(2, 2))
case("depth_multiplier_2_one_channel", (1, 5, 4, 1), (3, 3), 2)
case("depth_multiplier_2_6_channels", (1, 5, 4, 6), (3, 3), 2)
case("depth_multiplier_2_kernel_5x4", (2, 6, 7, 4), (5, 4), 2, stride=(2, 1))
case("depth_multiplier_3_17_channels", (1, 4, 5, 17), (2, 3), 3, dilation=(1, 2))
case("depth_multiplier_5_9_channels_valid", (1, 5, 6, 9), (3, 3), 5, padding="VALID", stride=(2, 2))
case("depth_multiplier_8", (1, 4, 5, 3), (3, 3), 8)
case("depth_multiplier_8_one_channel", (1, 13, 10, 1), (10, 8), 8, stride=(2, 2))
case("same_dilation_2", (1, 7, 6, 3), (3, 3), dilation=(2, 2))
case("valid_dilation_2", (1, 7, 6, 3), (3, 3), dilation=(2, 2), padding="VALID")
case("same_dilation_3_1", (1, 9, 4, 3), (3, 3), dilation=(3, 1))
case("same_dilation_2_stride_2", (1, 8, 7, 3), (3, 3), dilation=(2, 2), stride=(2, 2))
case("dilation_2_depth_multiplier_2", (1, 7, 6, 2), (3, 3), 2, dilation=(2, 2))
case("per_tensor", (1, 5, 4, 6), (3, 3), per_channel=False)
case("batch_2", (2, 5, 4, 3), (3, 3))
case("batch_2_depth_multiplier_2", (2, 5, 4, 3), (3, 3), 2, stride=(2, 2))
case("no_bias", (1, 5, 4, 5), (3, 3), bias=False)
case("relu", (1, 5, 4, 6), (3, 3), activation="RELU", y_zero_point=-100)
case("relu6", (1, 5, 4, 6), (3, 3), activation="RELU6", y_zero_point=-70, y_scale=0.05)
case("relu_n1_to_1", (1, 5, 4, 6), (3, 3), activation="RELU_N1_TO_1", y_scale=0.011, gain=0.5)
case("x_zero_point_lowest", (1, 5, 4, 4), (3, 3), x_zero_point=-128, gain=0.5)
case("x_zero_point_highest", (1, 5, 4, 4), (3, 3), x_zero_point=127, gain=0.5)
case("x_zero_point_zero", (1, 5, 4, 4), (3, 3), x_zero_point=0)
case("y_zero_point_lowest", (1, 5, 4, 4), (3, 3), y_zero_point=-128, gain=2)
case("y_zero_point_highest", (1, 5, 4, 4), (3, 3), y_zero_point=127, gain=2)
case("multiplier_over_one", (1, 5, 4, 4), (1, 2), highest=1, gain=200, per_channel=False)
case("saturates", (1, 5, 4, 4), (3, 3), gain=30, saturates="large scales clip most outputs")
case("height_1", (1, 1, 12, 5), (1, 3))
case("height_1_kernel_5_stride_2", (1, 1, 13, 3), (1, 5), stride=(1, 2))
case("height_1_dilation_4", (1, 1, 14, 3), (1, 3), dilation=(1, 4), padding="VALID")
case("width_1", (1, 11, 1, 5), (5, 1), padding="VALID")

# Narrow images, of which windows see two columns and two rows at most.
case("same_2x2", (1, 2, 2, 5), (3, 3))
case("same_2x3_stride_2", (1, 2, 3, 5), (3, 3), stride=(2, 2))
case("same_3x2_stride_2", (1, 3, 2, 5), (3, 3), stride=(2, 2))
case("relu_at_lowest_zero_point", (1, 6, 5, 14), (3, 3), activation="RELU", y_zero_point=-128, gain=2)
case("relu_at_lowest_zero_point_stride_2", (1, 9, 7, 13), (3, 3), stride=(2, 2), activation="RELU", y_zero_point=-128,
     gain=2)
case("same_kernel_2x5_17_channels", (1, 5, 6, 17), (2, 5))
case("same_17_channels_stride_2", (1, 7, 7, 17), (3, 3), stride=(2, 2))
case("valid_width_3", (1, 6, 3, 4), (3, 3), padding="VALID")


def case_16(name, x_shape, kernel, multiplier=1, saturates=None, y_scale=0.00023, **options):
    """int16 activations."""
    x = Tensor(list(x_shape), 0.0002, 0, "int16")
    options |= dict(depth_multiplier=multiplier, bias_type="int64", y_scale=y_scale, y_zero_point=0)
    cases.write(name, single(convolution(random(name), x, kernel, x_shape[3] * multiplier, **options)), saturates)


# int16 activations
case_16("int16_same", (1, 5, 7, 4), (3, 3))
case_16("int16_same_one_channel", (1, 7, 6, 1), (3, 3))
case_16("int16_same_17_channels", (1, 4, 5, 17), (3, 3))
case_16("int16_same_stride_2", (1, 6, 8, 3), (4, 4), stride=(2, 2))
case_16("int16_valid", (2, 5, 6, 3), (3, 3), padding="VALID")
case_16("int16_wide_sums", (1, 45, 45, 3), (45, 45), padding="VALID")
case_16("int16_kernel_1x1", (1, 4, 3, 6), (1, 1))
case_16("int16_depth_multiplier_2", (1, 5, 4, 3), (3, 3), 2)
case_16("int16_depth_multiplier_8_one_channel", (1, 13, 10, 1), (10, 8), 8, stride=(2, 2))
case_16("int16_same_dilation_2", (1, 7, 6, 3), (3, 3), dilation=(2, 2))
case_16("int16_per_tensor", (1, 5, 4, 6), (3, 3), per_channel=False)
case_16("int16_no_bias", (1, 5, 4, 5), (3, 3), bias=False)
case_16("int16_relu", (1, 5, 4, 6), (3, 3), activation="RELU", saturates="half are 0")
case_16("int16_relu6", (1, 5, 4, 6), (3, 3), activation="RELU6", y_scale=0.0003, saturates="half are 0")


def case_u8(name, x_shape, kernel, multiplier=1, x_zero_point=125, y_zero_point=133, saturates=None, **options):
    """uint8 activations and weights, as the older converter made them; these answers are LiteRT's."""
    x = Tensor(list(x_shape), 0.05, x_zero_point, "uint8")
    op = convolution(
        random(name), x, kernel, x_shape[3] * multiplier, depth_multiplier=multiplier, y_zero_point=y_zero_point, **options
    )
    cases.write(name, single(op), saturates, litert.run)


# uint8 activations
case_u8("uint8_same", (1, 5, 7, 4), (3, 3))
case_u8("uint8_same_17_channels", (1, 4, 5, 17), (3, 3))
case_u8("uint8_same_stride_2", (2, 6, 8, 3), (4, 4), stride=(2, 2))
case_u8("uint8_valid", (1, 5, 6, 4), (3, 3), padding="VALID")
case_u8("uint8_one_channel", (1, 7, 6, 1), (3, 3))
case_u8("uint8_kernel_1x1", (1, 4, 3, 6), (1, 1))
case_u8("uint8_depth_multiplier_2", (1, 5, 4, 3), (3, 3), 2)
case_u8("uint8_depth_multiplier_8_one_channel", (1, 13, 10, 1), (10, 8), 8, stride=(2, 2))
case_u8("uint8_same_dilation_2", (1, 7, 6, 3), (3, 3), dilation=(2, 2))
case_u8("uint8_relu6", (1, 5, 4, 6), (3, 3), activation="RELU6", y_scale=6 / 255, y_zero_point=0, saturates="half are 0")


def case_4(name, x_shape, kernel, multiplier=1, **options):
    """Weights of four bits."""
    x = Tensor(list(x_shape), 0.05, -3)
    channels = x_shape[3] * multiplier
    op = convolution(random(name), x, kernel, channels, depth_multiplier=multiplier, highest=7, gain=16, **options)
    op.inputs[1].dtype = "int4"
    cases.write(name, single(op))


case_4("int4_weights", (1, 5, 7, 4), (3, 3))
case_4("int4_weights_odd", (1, 5, 4, 3), (3, 3), 3)
