import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
from builders import padded
from golden import Cases

cases = Cases(__file__)


def case(name, shape, *paddings, value=-57, **options):
    cases.write(name, padded("PADV2", shape, paddings, value=value, **options))


case("spatial", (1, 5, 4, 3), (0, 0), (1, 1), (1, 1), (0, 0))
case("spatial_uneven", (1, 3, 4, 3), (0, 0), (0, 1), (2, 0), (0, 0))
case("channels", (1, 3, 3, 4), (0, 0), (0, 0), (0, 0), (1, 2))
case("every_axis", (3, 5, 5, 5), (0, 1), (1, 0), (0, 1), (1, 0))
case("value_lowest", (1, 3, 4, 3), (0, 0), (1, 0), (1, 0), (0, 0), value=-128)
case("value_highest", (1, 3, 4, 3), (0, 0), (1, 0), (1, 0), (0, 0), value=127)
case("value_in_a_vector", (1, 3, 4, 3), (0, 0), (1, 0), (1, 0), (0, 0), value=[44])
case("rank_2", (3, 5), (1, 0), (0, 2))
case("rank_3", (1, 6, 3), (0, 0), (2, 1), (0, 0))
case("int16", (1, 3, 4, 3), (0, 0), (1, 0), (0, 1), (0, 0), value=-999, zero_point=0, dtype="int16")
