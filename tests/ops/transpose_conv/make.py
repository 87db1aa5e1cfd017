import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
from builders import ACTIVATION, PADDING, random_bias, single, weighted
from golden import Cases, Op, Tensor, integers, random, schema

cases = Cases(__file__)


def case(
    name,
    x_shape,
    kernel,
    channels,
    *,
    stride=(1, 1),
    padding="SAME",
    larger=(0, 0),
    x=(0.05, -3),
    y=(0.06, 5),
    dtype="int8",
    bias="int32",
    activation="NONE",
    per_channel=True,
    gain=1.0,
    saturates=None,
):
    """Pairs are (height, width); `larger` is what the output has beyond the usual size; `bias` is its type."""
    rng = random(name)
    batch, height, width, depth = x_shape
    source = Tensor(list(x_shape), *x, dtype)
    fan_in = max(1, kernel[0] * kernel[1] * depth // (stride[0] * stride[1]))
    w, scales = weighted(rng, [channels, *kernel, depth], 0, fan_in, x[0], y[0], gain, per_channel)
    sides = zip((height, width), kernel, stride, larger)
    same = padding == "SAME"
    size = [n * s + more if same else (n - 1) * s + max(k, s) + more for n, k, s, more in sides]
    operands = [random_bias(rng, channels, scales, fan_in, x_type=dtype, dtype=bias)] if bias else []
    target = Tensor([batch, *size, channels], *y, dtype)
    options = schema.TransposeConvOptionsT(
        padding=PADDING[padding], strideH=stride[0], strideW=stride[1], fusedActivationFunction=ACTIVATION[activation]
    )
    shape = integers(*target.shape)
    cases.write(name, single_of(source, Op("TRANSPOSE_CONV", [shape, w, source, *operands], [target], options)), saturates)


def single_of(source, op):
    model = single(op)
    model.inputs = [source]
    return model


case("same", (1, 4, 5, 3), (3, 3), 4)
case("same_stride_2", (1, 4, 5, 3), (3, 3), 4, stride=(2, 2))
case("same_kernel_2x2_stride_2", (1, 4, 5, 3), (2, 2), 4, stride=(2, 2))
case("same_kernel_4x4_stride_2", (1, 3, 4, 2), (4, 4), 5, stride=(2, 2))
case("same_kernel_3x4_stride_1_2", (1, 4, 5, 3), (3, 4), 4, stride=(1, 2))
case("same_kernel_5x5_stride_3", (1, 3, 3, 2), (5, 5), 4, stride=(3, 3))
case("same_kernel_1x1_stride_2", (1, 4, 5, 3), (1, 1), 4, stride=(2, 2), saturates="most outputs are biases")
case("same_odd_output", (1, 4, 5, 3), (3, 3), 4, stride=(2, 2), larger=(-1, -1))
case("valid", (1, 4, 5, 3), (3, 3), 4, padding="VALID")
case("valid_stride_2", (1, 4, 5, 3), (3, 3), 4, stride=(2, 2), padding="VALID")
case("valid_kernel_2x3_stride_2", (1, 4, 5, 3), (2, 3), 4, stride=(2, 2), padding="VALID")
case("valid_stride_3_2", (1, 3, 4, 2), (2, 4), 4, stride=(3, 2), padding="VALID", larger=(1, 1))
case("one_channel", (1, 5, 4, 1), (3, 3), 1, stride=(2, 2))
case("17_channels", (1, 2, 3, 17), (3, 3), 5, stride=(2, 2))
case("batch_2", (2, 3, 4, 3), (3, 3), 4, stride=(2, 2))
case("one_pixel", (1, 1, 1, 7), (4, 4), 3, stride=(4, 4))
case("height_1", (1, 1, 8, 3), (1, 4), 4, stride=(1, 2))
case("no_bias", (1, 4, 5, 3), (3, 3), 4, stride=(2, 2), bias=None)
case("per_tensor", (1, 4, 5, 3), (3, 3), 4, stride=(2, 2), per_channel=False)
case("relu", (1, 4, 5, 3), (3, 3), 4, stride=(2, 2), activation="RELU", y=(0.06, -100), gain=2, saturates="many outputs are 0")
case("x_zero_point_zero", (1, 4, 5, 3), (3, 3), 4, stride=(2, 2), x=(0.05, 0))
case("x_zero_point_lowest", (1, 4, 5, 3), (3, 3), 4, stride=(2, 2), x=(0.05, -128), gain=0.5)
case("saturates", (1, 4, 5, 3), (3, 3), 4, stride=(2, 2), gain=30, saturates="large scales clip most outputs")
INT16 = dict(x=(0.0002, 0), y=(0.00023, 0), dtype="int16")
case("int16", (1, 4, 5, 3), (3, 3), 4, stride=(2, 2), bias="int64", **INT16)
case("int16_valid", (1, 4, 5, 3), (3, 4), 4, stride=(1, 2), padding="VALID", bias="int64", **INT16)
case("int16_no_bias", (1, 4, 5, 3), (3, 3), 4, stride=(2, 2), bias=None, **INT16)
case("int16_wide_sums", (1, 2, 2, 700), (3, 3), 2, bias="int64", **INT16)
case("int16_per_tensor", (1, 4, 5, 3), (3, 3), 4, per_channel=False, bias="int64", **INT16)
