import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
import litert
from builders import unary
from golden import Cases, Tensor, schema

cases = Cases(__file__)
INT8 = (1 / 256, -128, "int8")
INT16 = (1 / 32768, 0, "int16")
INT16_OF_INT8 = (1 / 65536, -32768, "int16")


def case(name, shape, scale=0.05, zero_point=-3, beta=1.0, dtype="int8", to=INT8, saturates=None, oracle=None, **x):
    source = Tensor(list(shape), scale, zero_point, dtype, **x)
    options = schema.SoftmaxOptionsT(beta=beta)
    cases.write(name, unary("SOFTMAX", source, Tensor(list(shape), *to), options), saturates, oracle)


case("rank_2", (1, 10))
case("rank_1", (7,))
case("rank_3", (1, 4, 5))
case("rank_4", (1, 2, 3, 5), scale=0.03)
case("2_classes", (1, 2), scale=0.02)
case("2_classes_batch_20", (20, 2), scale=0.02)
case("3_classes", (4, 3))
case("12_classes", (1, 12), scale=0.15, zero_point=20, between=(0, 40))
case("1_class", (3, 1), saturates="one class always has probability 1")
# tflite-micro aborts where the exponentials, relative to the largest, add up to 512 or more.
case("500_classes", (1, 500), scale=0.02, saturates="every share is small")
case("1000_classes", (1, 1000), scale=0.03, spread=True, saturates="every share is small")
case("1000_classes_peaked", (1, 1000), scale=0.2, spread=True, saturates="every share but a few is 0")
case("batch_5", (5, 10))
case("beta_half", (2, 10), scale=0.06, beta=0.5)
case("beta_3", (2, 10), scale=0.01, beta=3.0)
case("scale_tiny", (4, 2), scale=0.0005, saturates="all logits are nearly equal")
case("scale_small", (3, 5), scale=0.008)
case("scale_large", (5, 4), scale=0.5, between=(-10, 10))
case("scale_huge", (5, 4), scale=5.0, saturates="the largest logit takes it all")
case("narrow_spread", (3, 6), scale=0.1, zero_point=0, between=(-12, 12))
case("zero_point_lowest", (2, 6), zero_point=-128)
case("zero_point_highest", (2, 6), zero_point=127)
case("every_difference", (1, 256), scale=0.1, every=True, saturates="most of 256 shares are 0")
case("int8_to_int16", (2, 10), to=INT16_OF_INT8)
case("int8_to_int16_1000_classes", (1, 1000), scale=0.02, spread=True, to=INT16_OF_INT8)
case("int8_to_int16_beta_half", (3, 7), scale=0.1, beta=0.5, to=INT16_OF_INT8)
case("int8_to_int16_every_difference", (1, 256), scale=0.1, to=INT16_OF_INT8, every=True, saturates="many are 0")
case("int16", (2, 10), scale=10 / 32768, zero_point=0, dtype="int16", to=INT16)
case("int16_beta_half", (3, 7), scale=16 / 32768, zero_point=0, dtype="int16", to=INT16, beta=0.5)
case("int16_small_scale", (3, 5), scale=1 / 32768, zero_point=0, dtype="int16", to=INT16)

# uint8, of which these answers are LiteRT's.
UINT8 = dict(dtype="uint8", to=(1 / 256, 0, "uint8"), oracle=litert.run)
case("uint8", (2, 10), zero_point=125, **UINT8)
case("uint8_steep", (5, 12), scale=0.2, zero_point=60, **UINT8, saturates="many shares are 0")
case("uint8_100_classes", (3, 100), scale=0.03, zero_point=125, **UINT8, saturates="every share is small")
case("uint8_beta_half", (3, 7), zero_point=125, beta=0.5, **UINT8)
