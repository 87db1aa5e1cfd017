import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
from golden import Cases
from reductions import LARGER, SHAPES, SMALLER, reduction

cases = Cases(__file__)


def case(name, shape, axes, keep=False, x=(0.05, -3), y=(0.2, -3), **options):
    cases.write(name, reduction("SUM", shape, axes, keep, x, y, **options))


for name, shape, axes, keep in SHAPES:
    case(name, shape, axes, keep)
case("same_scale", (1, 3, 4, 5), (1,), x=(0.05, 4), y=(0.05, 4), between=(-40, 50))
case("finer", (1, 3, 4, 5), (1,), y=SMALLER, between=(-20, 20))
case("coarser", (1, 3, 4, 5), (1,), y=LARGER, between=(-90, 90))
case("zero_points_at_both_ends", (1, 3, 4, 5), (1, 2), x=(0.05, -128), y=(0.5, -128))
case("int16", (1, 3, 4, 5), (1, 2), x=(0.001, 0), y=(0.004, 0), dtype="int16")
case("int16_rank_2", (6, 7), (1,), x=(0.001, 0), y=(0.003, 0), dtype="int16")
