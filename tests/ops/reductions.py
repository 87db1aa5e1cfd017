"""The cases that operators which reduce dimensions have in common."""

from golden import Model, Op, Tensor, integers, schema

SMALLER = (0.021, 17)
LARGER = (0.083, -20)
SHAPES = [
    ("spatial", (1, 5, 4, 6), (1, 2), False),
    ("spatial_keep_dims", (1, 5, 4, 6), (1, 2), True),
    ("spatial_batch_2", (2, 3, 4, 5), (1, 2), False),
    ("spatial_negative_axes", (1, 5, 4, 6), (-3, -2), False),
    ("spatial_axes_swapped", (1, 5, 4, 6), (2, 1), False),
    ("height", (1, 3, 4, 5), (1,), False),
    ("width_keep_dims", (1, 5, 7, 3), (2,), True),
    ("channels", (1, 5, 4, 6), (3,), False),
    ("last_axis_keep_dims", (1, 4, 3, 5), (-1,), True),
    ("batch_axis", (3, 2, 4, 5), (0,), False),
    ("height_and_channels", (2, 3, 4, 5), (1, 3), False),
    ("all_axes", (2, 3, 2, 3), (0, 1, 2, 3), False),
    ("rank_3_time", (1, 9, 6), (1,), False),
    ("rank_2", (6, 7), (1,), False),
    ("rank_2_first", (7, 6), (0,), False),
    ("rank_1", (11,), (0,), False),
]


def reduced(shape, axes, keep):
    axes = {axis % len(shape) for axis in axes}
    return [1 if i in axes else n for i, n in enumerate(shape) if keep or i not in axes]


def reduction(kind, shape, axes, keep, x, y, dtype="int8", between=None):
    """`x` and `y` are scale and zero point."""
    source = Tensor(list(shape), *x, dtype, between=between)
    target = Tensor(reduced(shape, axes, keep), *y, dtype)
    options = schema.ReducerOptionsT(keepDims=keep)
    return Model([source], [target], [Op(kind, [source, integers(*axes)], [target], options)])


def extremum_cases(cases, kind):
    for name, shape, axes, keep in SHAPES:
        lone = len(axes) == len(shape)
        telling = "one value" if lone else None
        cases.write(name, reduction(kind, shape, axes, keep, (0.05, -3), (0.05, -3), between=(-100, 110)), telling)
