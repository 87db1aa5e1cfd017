import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
from builders import moved, single
from golden import Cases, Op, integers, like, schema

cases = Cases(__file__)


def case(name, shape, to, dtype="int8", saturates=None):
    x = moved(shape, dtype)
    cases.write(name, single(Op("BROADCAST_TO", [x, integers(*to)], [like(x, list(to))], schema.BroadcastToOptionsT())), saturates)


case("channels", (5,), (2, 3, 5))
case("channels_of_picture", (1, 1, 1, 7), (1, 3, 4, 7))
case("rows", (4, 1), (4, 6))
case("columns_and_batch", (1, 4, 1), (3, 4, 5))
case("one_element", (1,), (3, 4), saturates="there is one value")
case("higher_rank", (3, 1, 4), (2, 3, 5, 4))
case("same_shape", (3, 4), (3, 4))
case("rank_5", (2, 1, 3, 1, 2), (2, 4, 3, 2, 2))
case("int16", (1, 4, 1), (3, 4, 5), "int16")
case("int32", (4, 1), (4, 6), "int32")
