import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
from builders import unary
from golden import Cases, Tensor, schema

cases = Cases(__file__)


def case(name, shape, scale=0.05, zero_point=-3, saturates=None, **x):
    source = Tensor(list(shape), scale, zero_point, **x)
    target = Tensor(list(shape), 16 / 256, 127)
    cases.write(name, unary("LOG_SOFTMAX", source, target, schema.LogSoftmaxOptionsT()), saturates)


case("rank_2", (2, 10))
case("rank_1", (12,))
case("rank_3", (2, 3, 5))
case("rank_4", (1, 2, 3, 5))
case("2_classes", (12, 2))
case("1_class", (5, 1), saturates="one class always has probability 1")
case("100_classes", (1, 100))
case("500_classes", (1, 500), scale=0.02, spread=True)
case("every_difference", (1, 256), scale=0.1, every=True)
case("every_difference_steep", (1, 256), scale=0.3, every=True, saturates="most are below -16")
case("scale_small", (4, 5), scale=0.003, saturates="all logits are nearly equal")
case("scale_large", (4, 5), scale=1.0, between=(-10, 10))
case("scale_huge", (4, 5), scale=5.0, saturates="the largest logit takes it all")
case("scale_of_a_real_model", (1, 10), scale=0.21, zero_point=18)
case("zero_point_lowest", (2, 6), zero_point=-128)
case("zero_point_highest", (2, 6), zero_point=127)
