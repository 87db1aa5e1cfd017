import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
from builders import moved
from golden import Cases, Model, Op, integers, like, schema

cases = Cases(__file__)


def case(name, shape, to, align_corners=False, half_pixel_centers=False):
    """`to` is (height, width)."""
    x = moved(shape)
    y = like(x, [shape[0], *to, shape[3]])
    options = schema.ResizeBilinearOptionsT(align_corners, half_pixel_centers)
    cases.write(name, Model([x], [y], [Op("RESIZE_BILINEAR", [x, integers(*to)], [y], options)]))


for suffix, options in [
    ("", {}),
    ("_align_corners", {"align_corners": True}),
    ("_half_pixel_centers", {"half_pixel_centers": True}),
]:
    case(f"up_2{suffix}", (1, 3, 4, 3), (6, 8), **options)
    case(f"up_unevenly{suffix}", (1, 3, 4, 2), (7, 11), **options)
    case(f"up_far{suffix}", (1, 2, 2, 2), (9, 13), **options)
    case(f"down_2{suffix}", (1, 6, 8, 3), (3, 4), **options)
    case(f"down_unevenly{suffix}", (1, 9, 7, 2), (4, 5), **options)
    case(f"same_size{suffix}", (1, 4, 3, 3), (4, 3), **options)
    case(f"from_one_pixel{suffix}", (1, 1, 1, 9), (3, 4), **options)
    case(f"to_one_pixel{suffix}", (1, 5, 4, 7), (1, 1), **options)
case("up_2_height_down_width", (1, 3, 8, 3), (6, 5))
case("batch_2", (2, 3, 4, 3), (5, 6))
case("large", (1, 40, 30, 1), (57, 61), half_pixel_centers=True)
