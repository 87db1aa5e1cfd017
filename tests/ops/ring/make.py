"""Windows over the last steps of a stream, which models join anew in every step.

Each case comes twice: as it is, and `…_exposed`, with the variable as another output, so that it cannot be kept as a
ring. `unrolled_…` are read by operators that need the window in one piece.
"""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
from builders import (
    assign,
    call_once,
    convolution,
    fully_connected,
    handle,
    initial,
    parts,
    random_constant,
    read,
    total,
)
from golden import Cases, Model, Op, Tensor, integers, like, random, schema

cases = Cases(__file__)


def joined(parts, axis):
    shape = list(parts[0].shape)
    shape[axis] = sum(part.shape[axis] for part in parts)
    options = schema.ConcatenationOptionsT(axis=axis)
    return Op("CONCATENATION", parts, [like(parts[0], shape)], options)


def without_first(x, count, axis):
    begin = [count if at == axis else 0 for at in range(len(x.shape))]
    sizes = [size - at for size, at in zip(x.shape, begin)]
    operands = [x, integers(*begin), integers(*x.shape), integers(*[1] * len(begin))]
    return Op("STRIDED_SLICE", operands, [like(x, sizes)], schema.StridedSliceOptionsT())


def reshaped(x, shape):
    y = like(x, shape)
    return Op("RESHAPE", [x, integers(*shape)], [y], schema.ReshapeOptionsT(newShape=list(shape)))


def window(x, steps, axis, drop):
    """Operators that join the last steps with `x`, in all `steps` along `axis`; the join comes last but one."""
    variable = handle("window")
    kept = steps - x.shape[axis] if drop == "behind" else steps
    old = read(variable, like(x, [kept if at == axis else size for at, size in enumerate(x.shape)]))
    if drop == "behind":
        join = joined([old.outputs[0], x], axis)
        rest = without_first(join.outputs[0], x.shape[axis], axis)
        return variable, old, [variable, old, join, rest, assign(variable, rest.outputs[0])], join.outputs[0]
    rest = without_first(old.outputs[0], x.shape[axis], axis)
    join = joined([rest.outputs[0], x], axis)
    return variable, old, [variable, old, rest, join, assign(variable, join.outputs[0])], join.outputs[0]


def stream(name, x, steps, readers, axis=1, drop="behind", start=False, before=()):
    """`readers` gives operators that read the window, the last of which give the model's outputs."""
    for suffix in "", "_exposed":
        new = before[-1].outputs[0] if before else x
        _, old, ops, joined_steps = window(new, steps, axis, drop)
        outputs, after = readers(random(name), joined_steps)
        once = None
        if start:
            kept = old.outputs[0]
            once = initial({"window": random_constant(random(name), kept.shape, kept.scale, kept.zero_point, kept.dtype)})
            ops = [call_once(), *ops]
        exposed = [old.outputs[0]] if suffix else []
        cases.write(name + suffix, Model([x], outputs + exposed, [*before, *ops, *after], once))


def image(height, channels, width=1):
    return Tensor([1, height, width, channels], 0.05, -3)


def conv(units, kernel, **options):
    def readers(rng, x):
        op = convolution(rng, x, kernel, units, padding="VALID", **options)
        return op.outputs, [op]

    return readers


def depthwise(kernel, **options):
    def readers(rng, x):
        op = convolution(rng, x, kernel, x.shape[-1], padding="VALID", depth_multiplier=1, **options)
        return op.outputs, [op]

    return readers


def flattened(units):
    def readers(rng, x):
        flat = reshaped(x, [1, x.shape[1] * x.shape[2] * x.shape[3]])
        op = fully_connected(rng, flat.outputs[0], units)
        return op.outputs, [flat, op]

    return readers


def rows(units):
    def readers(rng, x):
        op = fully_connected(rng, x, units, keep=True)
        return op.outputs, [op]

    return readers


def both(first, second):
    def readers(rng, x):
        (a, ops), (b, more) = first(rng, x), second(rng, x)
        return a + b, ops + more

    return readers


def whole(rng, x):
    """The window itself."""
    return [x], []


def doubled(rng, x):
    op = total(x, x)
    return op.outputs, [op]


def channels(rng, x):
    """Halves of all pixels, of one of which only the last pixels."""
    sizes = [x.shape[3] // 2, x.shape[3] - x.shape[3] // 2]
    halves = parts(x, 3, sizes)
    split = Op("SPLIT_V", [x, integers(*sizes), integers(3)], halves, schema.SplitVOptionsT(numSplits=2))
    rest = without_first(halves[0], 2, 1)
    return rest.outputs + halves[1:], [split, rest]


def ends(rng, x):
    """The oldest and the newest pixels, the other way round."""
    newest = without_first(x, x.shape[1] - 1, 1)
    join = joined([newest.outputs[0], x], 1)
    return join.outputs, [newest, join]


for drop in "behind", "before":
    stream(f"conv_{drop}", image(1, 4), 5, conv(6, (5, 1)), drop=drop)
    stream(f"depthwise_{drop}", image(1, 7), 5, depthwise((5, 1)), drop=drop)
    stream(f"fully_connected_{drop}", image(1, 4), 6, flattened(5), drop=drop)
    stream(f"several_slots_{drop}", image(3, 4), 5, conv(6, (5, 1), stride=(3, 1)), drop=drop)
    stream(f"starts_at_random_{drop}", image(1, 4), 3, both(conv(6, (3, 1)), flattened(4)), drop=drop, start=True)
    stream(f"unrolled_window_{drop}", image(2, 3), 5, whole, drop=drop, start=True)
stream("channels", image(1, 6), 5, channels, start=True)
stream("ends", image(1, 4), 5, ends, start=True)
stream("ends_of_several", image(2, 4), 5, ends)
stream("channels_int16", Tensor([1, 2, 1, 4], 0.0004, 0, "int16"), 5, channels)
stream("two_steps", image(2, 4), 6, depthwise((6, 1)))
stream("wide_pixels", image(1, 3, width=2), 3, depthwise((3, 2)))
stream("one_channel", image(3, 1), 9, both(depthwise((9, 1)), flattened(3)))
stream("over_half", image(3, 4), 4, depthwise((4, 1)))

stream("unrolled_narrow_window", image(1, 4), 5, conv(6, (3, 1)))
stream("unrolled_batches", Tensor([1, 2, 1, 3], 0.05, -3), 3, conv(6, (2, 1)), axis=0)
stream("unrolled_rows", Tensor([1, 1, 6], 0.05, -3), 4, rows(5))
stream("unrolled_int16", Tensor([1, 2, 5], 0.0004, 0, "int16"), 5, doubled)
stream("unrolled_and_not", image(1, 4), 5, both(conv(6, (5, 1)), conv(3, (2, 1))))


def behind_a_layer(name):
    x = image(1, 4)
    stream(name, x, 4, depthwise((4, 1)), before=[convolution(random("layer"), x, (1, 1), 9)])


behind_a_layer("behind_a_layer")
