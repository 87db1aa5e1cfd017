import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
from builders import moved, unary
from golden import Cases, like, schema

cases = Cases(__file__)


def case(name, shape, to, dims=None, dtype="int8"):
    x = moved(shape, dtype)
    cases.write(name, unary("SQUEEZE", x, like(x, list(to)), schema.SqueezeOptionsT(squeezeDims=dims)))


case("every_1", (1, 5, 1, 6), (5, 6))
case("empty_dims", (1, 5, 1, 6), (5, 6), [])
case("one_dim", (1, 5, 1, 6), (1, 5, 6), [2])
case("two_dims", (1, 5, 1, 1), (1, 5), [2, 3])
case("negative_dim", (1, 1, 12, 3), (1, 12, 3), [-3])
case("negative_dims", (2, 1, 1, 9), (2, 9), [-2, -3])
case("nothing_to_squeeze", (2, 3, 4), (2, 3, 4))
case("int16", (1, 5, 1, 6), (5, 6), [0, 2], dtype="int16")
