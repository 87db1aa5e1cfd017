"""TensorFlow Lite Micro has no such operator, so these answers are LiteRT's."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
import golden
import litert
from builders import moved, single
from golden import Cases, Op, integers, like, schema

golden.run = litert.run
cases = Cases(__file__)


def case(name, shape, times, dtype="int8", saturates=None):
    x = moved(shape, dtype)
    y = like(x, [size * n for size, n in zip(shape, times)])
    cases.write(name, single(Op("TILE", [x, integers(*times)], [y], schema.TileOptionsT())), saturates)


case("rows", (3, 4), (2, 1))
case("columns", (3, 4), (1, 3))
case("both", (3, 4), (2, 3))
case("rank_1", (5,), (4,))
case("picture", (1, 2, 3, 4), (1, 2, 2, 1))
case("channels", (1, 2, 3, 4), (1, 1, 1, 3))
case("once", (3, 4), (1, 1))
case("one_element", (1, 1), (3, 4), saturates="there is one value")
case("int16", (3, 4), (2, 3), "int16")
case("int32", (3, 4), (2, 3), "int32")
