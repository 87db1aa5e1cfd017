import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
from builders import moved
from golden import Cases, Model, Op, integers, like, schema

cases = Cases(__file__)


def case(name, shape, to, align_corners=False, half_pixel_centers=False, dtype="int8"):
    """`to` is (height, width)."""
    x = moved(shape, dtype)
    y = like(x, [shape[0], *to, shape[3]])
    options = schema.ResizeNearestNeighborOptionsT(align_corners, half_pixel_centers)
    cases.write(name, Model([x], [y], [Op("RESIZE_NEAREST_NEIGHBOR", [x, integers(*to)], [y], options)]))


for suffix, options in [
    ("", {}),
    ("_align_corners", {"align_corners": True}),
    ("_half_pixel_centers", {"half_pixel_centers": True}),
    ("_align_corners_half_pixel_centers", {"align_corners": True, "half_pixel_centers": True}),
]:
    case(f"up_2{suffix}", (1, 3, 4, 3), (6, 8), **options)
    case(f"up_unevenly{suffix}", (1, 3, 4, 2), (7, 11), **options)
    case(f"down_2{suffix}", (1, 6, 8, 3), (3, 4), **options)
    case(f"down_unevenly{suffix}", (1, 9, 7, 2), (4, 5), **options)
case("up_2_height_down_width", (1, 3, 8, 3), (6, 5))
case("same_size", (1, 4, 3, 3), (4, 3))
case("from_one_pixel", (1, 1, 1, 9), (3, 4))
case("to_one_pixel", (1, 5, 4, 7), (1, 1))
case("to_one_pixel_align_corners", (1, 5, 4, 7), (1, 1), align_corners=True)
case("batch_2", (2, 3, 4, 3), (5, 6))
case("int16", (1, 3, 4, 3), (6, 8), dtype="int16")
