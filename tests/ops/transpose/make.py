import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
from builders import moved
from golden import Cases, Model, Op, integers, like, schema

cases = Cases(__file__)


def case(name, shape, *order, dtype="int8"):
    x = moved(shape, dtype)
    y = like(x, [shape[axis] for axis in order])
    cases.write(name, Model([x], [y], [Op("TRANSPOSE", [x, integers(*order)], [y], schema.TransposeOptionsT())]))


case("nhwc_to_nchw", (2, 3, 4, 5), 0, 3, 1, 2)
case("nchw_to_nhwc", (2, 3, 4, 5), 0, 2, 3, 1)
case("nhwc_to_nwhc", (2, 3, 4, 5), 0, 2, 1, 3)
case("reversed", (2, 3, 4, 5), 3, 2, 1, 0)
case("batch_last", (2, 3, 4, 5), 1, 2, 3, 0)
case("identity", (2, 3, 4, 5), 0, 1, 2, 3)
case("rank_1", (11,), 0)
case("rank_2", (5, 7), 1, 0)
case("rank_2_identity", (5, 7), 0, 1)
case("rank_3_last_two", (2, 5, 3), 0, 2, 1)
case("rank_3_rotated", (2, 5, 3), 1, 2, 0)
case("rank_3_rotated_back", (2, 5, 3), 2, 0, 1)
case("rank_5", (2, 3, 1, 4, 2), 0, 3, 1, 4, 2)
case("rank_5_swapped", (2, 3, 2, 4, 2), 4, 0, 2, 3, 1)
case("rank_5_pixel_shuffle", (1, 3, 2, 4, 2), 0, 1, 3, 2, 4)
case("one_pixel", (1, 1, 1, 13), 0, 3, 1, 2)
case("int16", (2, 3, 4, 5), 0, 3, 1, 2, dtype="int16")
