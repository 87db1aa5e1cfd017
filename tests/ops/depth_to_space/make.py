import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
from builders import moved, single
from golden import Cases, Op, like, schema

cases = Cases(__file__)


def case(name, shape, block):
    batch, height, width, channels = shape
    x = moved(shape)
    y = like(x, [batch, height * block, width * block, channels // block**2])
    cases.write(name, single(Op("DEPTH_TO_SPACE", [x], [y], schema.DepthToSpaceOptionsT(blockSize=block))))


case("block_2", (1, 3, 4, 12), 2)
case("block_3", (1, 2, 3, 18), 3)
case("block_1", (1, 4, 3, 5), 1)
case("block_2_to_one_channel", (1, 3, 5, 4), 2)
case("block_2_batch_2", (2, 3, 2, 8), 2)
case("one_pixel", (1, 1, 1, 32), 4)
