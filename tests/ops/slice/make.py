import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
from builders import moved
from golden import Cases, Model, Op, constant, like, schema

cases = Cases(__file__)


def case(name, shape, begin, size, dtype="int8", index_dtype="int32"):
    x = moved(shape, dtype)
    y = like(x, [n - b if s == -1 else s for n, b, s in zip(shape, begin, size)])
    operands = [x, constant(begin, dtype=index_dtype), constant(size, dtype=index_dtype)]
    cases.write(name, Model([x], [y], [Op("SLICE", operands, [y], schema.SliceOptionsT())]))


case("middle", (1, 6, 5, 4), (0, 1, 2, 1), (1, 4, 2, 2))
case("rest_of_axis", (1, 6, 5, 4), (0, 2, 1, 0), (1, -1, 3, -1))
case("rest_of_every_axis", (2, 6, 5, 4), (1, 2, 3, 1), (-1, -1, -1, -1))
case("nothing_cut", (1, 4, 3, 2), (0, 0, 0, 0), (1, 4, 3, 2))
case("batch", (3, 2, 3, 4), (1, 0, 0, 0), (2, 2, 3, 4))
case("channels", (1, 3, 4, 9), (0, 0, 0, 4), (1, 3, 4, 3))
case("one_element", (4, 5), (2, 3), (1, 1))
case("rank_1", (15,), (4,), (7,))
case("rank_2", (4, 9), (1, 2), (3, -1))
case("rank_3", (2, 5, 6), (0, 1, 3), (2, 3, -1))
case("rank_5", (1, 3, 2, 4, 3), (0, 1, 0, 1, 0), (1, 2, 2, 3, 2))
case("int64_bounds", (2, 5, 6), (0, 1, 3), (2, 3, -1), index_dtype="int64")
case("int16", (1, 6, 5, 4), (0, 1, 2, 1), (1, 4, 2, 2), dtype="int16")
case("int32", (1, 6, 5, 4), (0, 1, 2, 1), (1, 4, 2, 2), dtype="int32")
