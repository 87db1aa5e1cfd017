import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
from builders import padded
from golden import Cases

cases = Cases(__file__)


def case(name, shape, *paddings, **options):
    cases.write(name, padded("PAD", shape, paddings, **options))


case("spatial", (1, 5, 4, 3), (0, 0), (1, 1), (1, 1), (0, 0))
case("spatial_uneven", (1, 3, 4, 3), (0, 0), (0, 1), (2, 0), (0, 0))
case("height_before", (1, 5, 3, 3), (0, 0), (2, 0), (0, 0), (0, 0))
case("width_after", (1, 3, 4, 5), (0, 0), (0, 0), (0, 3), (0, 0))
case("channels", (1, 3, 3, 4), (0, 0), (0, 0), (0, 0), (1, 2))
case("batch", (2, 3, 2, 3), (1, 0), (0, 0), (0, 0), (0, 0))
case("every_axis", (3, 5, 5, 5), (0, 1), (1, 0), (0, 1), (1, 0))
case("nothing", (1, 3, 4, 3), (0, 0), (0, 0), (0, 0), (0, 0))
case("zero_point_lowest", (1, 3, 4, 3), (0, 0), (1, 0), (0, 1), (0, 0), zero_point=-128)
case("zero_point_highest", (1, 3, 4, 3), (0, 0), (1, 0), (0, 1), (0, 0), zero_point=127)
case("zero_point_zero", (1, 3, 4, 3), (0, 0), (1, 0), (0, 1), (0, 0), zero_point=0)
case("rank_1", (9,), (2, 3))
case("rank_2", (3, 5), (1, 0), (0, 2))
case("rank_3", (1, 6, 3), (0, 0), (2, 1), (0, 0))
case("rank_5", (1, 3, 4, 2, 5), (0, 0), (1, 0), (0, 1), (0, 0), (1, 0))
case("int16", (1, 3, 4, 3), (0, 0), (1, 0), (0, 1), (0, 0), zero_point=0, dtype="int16")
