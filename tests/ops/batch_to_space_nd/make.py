import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
from builders import moved, single
from golden import Cases, Op, constant, integers, like, schema

cases = Cases(__file__)


def case(name, shape, block, crops):
    """`crops` are (before, after) per side."""
    x = moved(shape)
    sides = [size * b - sum(cut) for size, cut, b in zip(shape[1:], crops, block)]
    batch = shape[0]
    for b in block:
        batch //= b
    y = like(x, [batch, *sides, shape[-1]])
    operands = [x, integers(*block), constant(crops, dtype="int32")]
    cases.write(name, single(Op("BATCH_TO_SPACE_ND", operands, [y], schema.BatchToSpaceNDOptionsT())))


NONE = [(0, 0), (0, 0)]
case("block_2", (4, 2, 3, 3), (2, 2), NONE)
case("block_2_3", (6, 2, 3, 2), (2, 3), NONE)
case("block_1", (2, 2, 3, 3), (1, 1), NONE)
case("two_pictures", (8, 2, 3, 3), (2, 2), NONE)
case("cropped", (4, 3, 3, 3), (2, 2), [(1, 0), (0, 1)])
case("cropped_after_dilated_convolution", (4, 4, 4, 2), (2, 2), [(0, 1), (0, 1)])
case("cropped_uneven", (12, 2, 3, 2), (3, 2), [(2, 1), (0, 3)])
case("rank_3", (6, 2, 5), (3,), [(0, 0)])
case("rank_3_cropped", (4, 3, 5), (4,), [(2, 3)])
