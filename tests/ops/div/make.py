import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
import numpy as np
from builders import ACTIVATION, binary
from golden import Cases, Tensor, constant, random, schema

cases = Cases(__file__)
IMAGE = (1, 3, 4, 5)


def case(name, shape, b_shape=None, a=(0.05, -3), b=(0.02, -128), y=(0.02, 5), above=1, up_to=None, activation="NONE", fixed=False, **options):
    """`a`, `b` and `y` are scale and zero point. Divisors are from `above` to `up_to`.

    The reference shifts by more than 31 bits, which C++ does not define, unless the scale of `a` is at least 64 times
    those of `b` and `y`.
    """
    left = Tensor(list(shape), *a)
    b_shape = list(shape if b_shape is None else b_shape)
    low, high = b[1] + above, 127 if up_to is None else b[1] + up_to
    if fixed:
        right = constant(random(name).integers(low, high, b_shape, endpoint=True), *b)
    else:
        right = Tensor(b_shape, *b, between=(low, high))
    fused = schema.DivOptionsT(fusedActivationFunction=ACTIVATION[activation])
    cases.write(name, binary("DIV", left, right, Tensor([], *y), fused), **options)


case("same_shape", IMAGE, above=60)
case("small_divisors", IMAGE, y=(0.03, 5), saturates="small divisors clip")
case("broadcast_right_channels", IMAGE, (5,), above=60)
case("broadcast_left", (4, 1), (3, 4, 5), above=60)
case("broadcast_right_scalar", IMAGE, (), above=100)
case("constant_right", IMAGE, above=60, fixed=True)
case("constant_right_channels", IMAGE, (5,), above=60, fixed=True)
case("negative_divisors", IMAGE, b=(0.01, 120), y=(0.06, 5), above=-240, up_to=-40)
case("relu", IMAGE, a=(0.05, -60), y=(0.02, -90), above=60, activation="RELU")
case("coarse", IMAGE, a=(3.0, -3), b=(0.2, -128), y=(0.2, 5), above=60)
case("fine", IMAGE, a=(0.001, -3), b=(0.002, -128), y=(0.006, 5), above=60)


def plain(name, shape, b_shape, fixed=None):
    left = Tensor(list(shape), dtype="int32", between=(-100000, 100000))
    right = Tensor(list(b_shape), dtype="int32", between=(1, 300)) if fixed is None else constant(fixed, dtype="int32")
    cases.write(name, binary("DIV", left, right, Tensor([], dtype="int32"), schema.DivOptionsT()))


plain("int32", IMAGE, IMAGE)
plain("int32_broadcast", IMAGE, (5,))
plain("int32_constant", IMAGE, (), np.int32(-7))
