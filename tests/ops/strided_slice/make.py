import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
from builders import moved
from golden import Cases, Model, Op, integers, like, schema

cases = Cases(__file__)


def bits(axes):
    return sum(1 << axis for axis in axes)


def case(name, shape, begin, end, strides, to, dtype="int8", begin_mask=(), end_mask=(), shrink_axis_mask=()):
    """The masks are given as the axes whose bit is set, the output's shape by `to`.

    tflite-micro takes up to 4 axes, bounds for each of them, and neither an ellipsis, new axes nor `offset`.
    """
    x = moved(shape, dtype)
    y = like(x, list(to))
    options = schema.StridedSliceOptionsT(
        beginMask=bits(begin_mask), endMask=bits(end_mask), shrinkAxisMask=bits(shrink_axis_mask)
    )
    operands = [x, integers(*begin), integers(*end), integers(*strides)]
    cases.write(name, Model([x], [y], [Op("STRIDED_SLICE", operands, [y], options)]))


case("middle", (1, 6, 5, 4), (0, 1, 2, 1), (1, 4, 5, 3), (1, 1, 1, 1), (1, 3, 3, 2))
case("strides", (1, 7, 6, 4), (0, 1, 0, 0), (1, 7, 6, 4), (1, 2, 3, 1), (1, 3, 2, 4))
case("stride_does_not_divide", (1, 8, 5), (0, 1, 0), (1, 8, 5), (1, 3, 2), (1, 3, 3))
case("negative_begin_and_end", (1, 6, 5, 4), (0, -5, -4, -3), (1, -1, -1, -1), (1, 1, 1, 1), (1, 4, 3, 2))
case("begin_mask", (1, 6, 5, 4), (0, 3, 2, 1), (1, 5, 5, 3), (1, 1, 1, 1), (1, 5, 3, 2), begin_mask=(1,))
case("end_mask", (1, 6, 5, 4), (0, 3, 2, 1), (1, 4, 3, 2), (1, 1, 1, 1), (1, 3, 1, 3), end_mask=(1, 3))
case(
    "both_masks",
    (2, 6, 5, 4),
    (1, 3, 2, 1),
    (1, 4, 3, 2),
    (1, 1, 1, 1),
    (2, 6, 1, 1),
    begin_mask=(0, 1),
    end_mask=(0, 1),
)
case("end_beyond_size", (1, 6, 5), (0, 2, 1), (1, 100, 50), (1, 1, 1), (1, 4, 4))
case("negative_stride", (2, 6, 3), (0, 4, 0), (2, 0, 3), (1, -1, 1), (2, 4, 3))
case("negative_stride_whole", (2, 6, 3), (0, 0, 0), (2, 0, 3), (1, -1, 1), (2, 6, 3), begin_mask=(1,), end_mask=(1,))
case("negative_stride_2", (2, 7, 3), (0, -1, 0), (2, 0, 3), (1, -2, 1), (2, 3, 3))
case("shrink_first", (3, 4, 5), (1, 0, 0), (2, 4, 5), (1, 1, 1), (4, 5), shrink_axis_mask=(0,))
case("shrink_last", (3, 4, 5), (0, 0, 3), (3, 4, 4), (1, 1, 1), (3, 4), shrink_axis_mask=(2,))
case(
    "shrink_middle",
    (3, 4, 5),
    (0, 2, 0),
    (3, 3, 5),
    (1, 1, 1),
    (3, 5),
    shrink_axis_mask=(1,),
    begin_mask=(0, 2),
    end_mask=(0, 2),
)
case("shrink_negative", (3, 4, 5), (0, -1, 0), (3, 0, 5), (1, 1, 1), (3, 5), shrink_axis_mask=(1,))
case("shrink_ignores_end", (3, 4, 5), (0, 2, 0), (3, 0, 5), (1, 1, 1), (3, 5), shrink_axis_mask=(1,))
case("rank_1", (12,), (3,), (11,), (2,), (4,))
case("rank_2", (5, 6), (1, 0), (5, 4), (2, 1), (2, 4))
case("nothing_cut", (1, 4, 3), (0, 0, 0), (1, 4, 3), (1, 1, 1), (1, 4, 3))
case("int16", (1, 7, 6), (0, 1, 0), (1, 7, 6), (1, 2, 3), (1, 3, 2), dtype="int16")
case("int32", (1, 7, 6), (0, 1, 0), (1, 7, 6), (1, 2, 3), (1, 3, 2), dtype="int32")
