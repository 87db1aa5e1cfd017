import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
from builders import moved, single
from golden import Cases, Op, like, schema

cases = Cases(__file__)


def case(name, shape, block):
    batch, height, width, channels = shape
    x = moved(shape)
    y = like(x, [batch, height // block, width // block, channels * block**2])
    cases.write(name, single(Op("SPACE_TO_DEPTH", [x], [y], schema.SpaceToDepthOptionsT(blockSize=block))))


case("block_2", (1, 6, 8, 3), 2)
case("block_3", (1, 6, 9, 2), 3)
case("block_1", (1, 4, 3, 5), 1)
case("block_2_one_channel", (1, 6, 10, 1), 2)
case("block_2_batch_2", (2, 6, 4, 2), 2)
case("to_one_pixel", (1, 4, 4, 2), 4)
