import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
from builders import moved, single
from golden import Cases, Op, constant, integers, like, schema

cases = Cases(__file__)


def case(name, shape, block, paddings, zero_point=0, saturates=None):
    """`paddings` are (before, after) per side."""
    x = moved(shape)
    x.zero_point = zero_point
    sides = [(size + sum(pads)) // b for size, pads, b in zip(shape[1:], paddings, block)]
    batch = shape[0]
    for b in block:
        batch *= b
    y = like(x, [batch, *sides, shape[-1]])
    operands = [x, integers(*block), constant(paddings, dtype="int32")]
    cases.write(name, single(Op("SPACE_TO_BATCH_ND", operands, [y], schema.SpaceToBatchNDOptionsT())), saturates)


NONE = [(0, 0), (0, 0)]
case("block_2", (1, 4, 6, 3), (2, 2), NONE)
case("block_2_3", (1, 4, 6, 3), (2, 3), NONE)
case("block_1", (1, 4, 6, 3), (1, 1), NONE)
case("batch_2", (2, 4, 6, 3), (2, 2), NONE)
case("padded", (1, 5, 4, 3), (2, 2), [(1, 0), (1, 1)])
case("padded_before_dilated_convolution", (1, 7, 7, 2), (2, 2), [(2, 3), (2, 3)], saturates="much padding")
case("padded_uneven", (2, 4, 5, 2), (3, 2), [(0, 2), (3, 0)])
case("rank_3", (2, 6, 5), (3,), [(0, 0)])
case("rank_3_padded", (1, 7, 5), (4,), [(2, 3)])
