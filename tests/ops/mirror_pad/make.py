import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
from builders import moved, single
from golden import Cases, Op, constant, like, schema

cases = Cases(__file__)


def case(name, shape, paddings, mode="REFLECT"):
    """`paddings` are (before, after) per axis."""
    x = moved(shape)
    y = like(x, [size + sum(pads) for size, pads in zip(shape, paddings)])
    options = schema.MirrorPadOptionsT(mode=getattr(schema.MirrorPadMode, mode))
    cases.write(name, single(Op("MIRROR_PAD", [x, constant(paddings, dtype="int32")], [y], options)))


NO = (0, 0)
for mode in ("REFLECT", "SYMMETRIC"):
    suffix = f"_{mode.lower()}"
    case(f"picture{suffix}", (1, 4, 5, 3), [NO, (1, 2), (2, 1), NO], mode)
    case(f"as_far_as_it_goes{suffix}", (1, 3, 4, 2), [NO, (2, 2), (3, 3), NO], mode)
    case(f"height{suffix}", (1, 4, 5, 3), [NO, (2, 1), NO, NO], mode)
    case(f"width{suffix}", (2, 4, 5, 3), [NO, NO, (1, 3), NO], mode)
    case(f"channels{suffix}", (2, 2, 3, 5), [NO, NO, NO, (3, 2)], mode)
    case(f"all_axes{suffix}", (3, 3, 4, 3), [(1, 1), (2, 0), (0, 2), (1, 2)], mode)
    case(f"outer_and_inner{suffix}", (3, 4, 5), [(1, 2), NO, (2, 2)], mode)
    case(f"rank_2{suffix}", (4, 5), [(1, 1), (2, 2)], mode)
    case(f"rank_1{suffix}", (9,), [(3, 4)], mode)
case("symmetric_whole", (1, 3, 4, 2), [NO, (3, 3), (4, 4), NO], "SYMMETRIC")
case("nothing", (1, 4, 5, 3), [NO, NO, NO, NO])
