import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
from golden import Cases, Model, Op, Tensor, integers, schema

cases = Cases(__file__)


def reduced(shape, axes, keep):
    axes = {axis % len(shape) for axis in axes}
    return [1 if i in axes else n for i, n in enumerate(shape) if keep or i not in axes]


def case(name, shape, axes, keep=False, x=(0.05, -3), y=(0.05, -3), dtype="int8"):
    """`x` and `y` are scale and zero point."""
    source = Tensor(list(shape), *x, dtype)
    target = Tensor(reduced(shape, axes, keep), *y, dtype)
    options = schema.ReducerOptionsT(keepDims=keep)
    cases.write(name, Model([source], [target], [Op("MEAN", [source, integers(*axes)], [target], options)]))


SMALLER = (0.021, 17)
LARGER = (0.083, -20)
case("spatial", (1, 5, 4, 6), (1, 2))
case("spatial_keep_dims", (1, 5, 4, 6), (1, 2), keep=True)
case("spatial_rescaled", (1, 5, 4, 6), (1, 2), y=SMALLER)
case("spatial_rescaled_keep_dims", (1, 5, 4, 6), (1, 2), keep=True, y=SMALLER)
case("spatial_rescaled_down", (1, 3, 5, 6), (1, 2), y=LARGER)
case("spatial_same_scale_other_zero_point", (1, 3, 5, 6), (1, 2), y=(0.05, 11))
case("spatial_other_scale_same_zero_point", (1, 3, 5, 6), (1, 2), y=(0.03, -3))
case("spatial_axes_swapped", (1, 5, 4, 6), (2, 1), y=SMALLER)
case("spatial_negative_axes", (1, 5, 4, 6), (-3, -2), y=SMALLER)
case("spatial_batch_2", (2, 3, 4, 5), (1, 2), y=SMALLER)
case("spatial_2x2", (1, 2, 2, 30), (1, 2))
case("spatial_25x5", (1, 25, 5, 4), (1, 2), y=(0.02, -3))
case("height", (1, 3, 4, 5), (1,))
case("height_rescaled", (1, 3, 4, 5), (1,), y=SMALLER)
case("width", (1, 5, 7, 3), (2,))
case("width_rescaled_keep_dims", (1, 5, 7, 3), (2,), keep=True, y=LARGER)
case("channels", (1, 5, 4, 6), (3,))
case("channels_rescaled", (1, 5, 4, 6), (3,), y=SMALLER)
case("last_axis", (1, 4, 3, 5), (-1,))
case("last_axis_keep_dims", (1, 4, 3, 5), (-1,), keep=True, y=SMALLER)
case("batch_axis", (3, 2, 4, 5), (0,), y=SMALLER)
case("batch_axis_same_scale", (2, 2, 4, 5), (0,))
case("all_but_batch", (1, 3, 4, 5), (1, 2, 3), y=(0.02, 0))
case("all_axes", (2, 3, 2, 3), (0, 1, 2, 3), y=(0.02, 0))
case("all_axes_keep_dims", (2, 3, 2, 3), (0, 1, 2, 3), keep=True, y=(0.02, 0))
case("rank_3_time", (1, 9, 6), (1,), y=SMALLER)
case("rank_3_last", (2, 5, 7), (2,))
case("rank_2", (6, 7), (1,), y=SMALLER)
case("rank_2_first", (7, 6), (0,))
case("rank_1", (11,), (0,), y=(0.03, 4))
case("zero_points_at_both_ends", (1, 3, 4, 5), (1, 2), x=(0.05, -128), y=(0.03, -128))
case("zero_point_highest", (1, 3, 4, 5), (1, 2), x=(0.05, 127), y=(0.04, 127))
case("int16", (1, 3, 4, 5), (1, 2), x=(0.001, 0), y=(0.0007, 0), dtype="int16")
