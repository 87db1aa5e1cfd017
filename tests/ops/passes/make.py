"""Models in which a pass of the compiler finds something to do, and some in which it must not.

`constant(op, …)` lets channels of a layer come out as one value: without weights, and with a bias of choice.
"""

import sys
from pathlib import Path

import numpy as np

sys.path.append(str(Path(__file__).resolve().parents[1]))
from builders import convolution, fully_connected, pool, random_constant
from golden import Cases, Model, Op, Tensor, constant, integers, like, random, schema

cases = Cases(__file__)


def out(op):
    return op.outputs[0]


def steady(op, channels, biases):
    """The same layer with these channels alike for all inputs: no weights, and these biases."""
    weights, bias = op.inputs[1], op.inputs[2]
    where = (slice(None), slice(None), slice(None), channels) if op.kind.startswith("DEPTHWISE") else channels
    weights.data = weights.data.copy()
    weights.data[where] = 0
    bias.data = bias.data.copy()
    bias.data[channels] = biases
    return op


def unread(op, channels):
    """The same layer without a weight for these channels of its input."""
    weights = op.inputs[1]
    weights.data = weights.data.copy()
    weights.data[..., channels] = 0
    return op


def reshape(x, shape):
    options = schema.ReshapeOptionsT(newShape=list(shape))
    return Op("RESHAPE", [x, integers(*shape)], [like(x, list(shape))], options)


def pad(x, paddings):
    y = like(x, [size + sum(pads) for size, pads in zip(x.shape, paddings)])
    return Op("PAD", [x, constant(paddings, dtype="int32")], [y], schema.PadOptionsT())


def unary(kind, x, scale=None, zero_point=None):
    y = like(x) if scale is None else Tensor(x.shape, scale, zero_point)
    return Op(kind, [x], [y])


def binary(kind, options, a, b, scale, zero_point):
    shape = list(np.broadcast_shapes(tuple(a.shape), tuple(b.shape)))
    return Op(kind, [a, b], [Tensor(shape, scale, zero_point)], options)


def add(a, b, scale=0.09, zero_point=-7):
    return binary("ADD", schema.AddOptionsT(), a, b, scale, zero_point)


def mul(a, b, scale=0.04, zero_point=3):
    return binary("MUL", schema.MulOptionsT(), a, b, scale, zero_point)


def chain(x, *ops):
    return Model([x], [out(ops[-1])], list(ops))


SHAPE = [1, 9, 7, 3]


def image(shape=SHAPE):
    return Tensor(list(shape), 0.05, -5)


def constant_channels_of_zero():
    """What equals the zero point goes through any padding."""
    rng, x = random("constant_channels_of_zero"), image()
    a = steady(convolution(rng, x, (3, 3), 8, activation="RELU", y_zero_point=-128), [1, 4, 5], -90000)
    b = steady(convolution(rng, out(a), (3, 3), 8, depth_multiplier=1, activation="RELU", y_zero_point=-128), [1, 4, 5], -9)
    return chain(x, a, b, convolution(rng, out(b), (3, 3), 5))


def constant_channels_of_any_value():
    """Read by one pixel at a time; by rows of a fully connected layer."""
    rng, x = random("constant_channels_of_any_value"), image()
    a = steady(convolution(rng, x, (3, 3), 8), [0, 3, 7], [900, -700, 30000])
    b = steady(convolution(rng, out(a), (1, 1), 6), [2], [1500])
    flat = reshape(out(b), [1, 9 * 7 * 6])
    return chain(x, a, b, flat, fully_connected(rng, out(flat), 12))


def constant_channels_at_a_border():
    """Neither zero nor away from a border: they have to stay."""
    rng, x = random("constant_channels_at_a_border"), image()
    a = steady(convolution(rng, x, (1, 1), 6), [0, 3], [900, -700])
    return chain(x, a, convolution(rng, out(a), (3, 3), 5))


def unread_channels():
    rng, x = random("unread_channels"), image()
    a = convolution(rng, x, (3, 3), 8)
    b = convolution(rng, out(a), (3, 3), 8, depth_multiplier=1)
    pooled = pool("MAX_POOL_2D", out(b), (2, 2), (2, 2), "SAME")
    return chain(x, a, b, pooled, unread(convolution(rng, out(pooled), (3, 3), 5), [0, 2, 7]))


def tied_channels():
    """Channels of a sum go only with those of both operands; one of them also goes elsewhere."""
    rng, x = random("tied_channels"), image()
    a = steady(convolution(rng, x, (3, 3), 6), [1, 2, 4], [100, 200, 300])
    b = steady(convolution(rng, x, (1, 1), 6), [1, 2], [-100, 5000])
    joined = add(out(a), out(b))
    other = convolution(rng, out(a), (1, 1), 4)
    top = convolution(rng, out(joined), (1, 1), 4)
    together = Op("CONCATENATION", [out(top), out(other)], [like(out(top), [1, 9, 7, 8])], schema.ConcatenationOptionsT(axis=3))
    return chain(x, a, b, joined, other, top, together)


def joined_channels():
    """Through CONCATENATION, MEAN and a depthwise convolution with two units for each channel."""
    rng, x = random("joined_channels"), image()
    a = steady(convolution(rng, x, (3, 3), 4), [3], [2000])
    b = steady(convolution(rng, x, (1, 1), 4), [0], [-300])
    joined = Op("CONCATENATION", [out(a), out(b)], [like(out(a), [1, 9, 7, 8])], schema.ConcatenationOptionsT(axis=3))
    wide = convolution(rng, out(joined), (3, 3), 16, depth_multiplier=2, padding="VALID")
    y = Tensor([1, 16], 0.03, 1)
    mean = Op("MEAN", [out(wide), integers(1, 2)], [y], schema.ReducerOptionsT())
    return chain(x, a, b, joined, wide, mean, fully_connected(rng, y, 12))


def all_channels_constant():
    rng, x = random("all_channels_constant"), image()
    a = steady(convolution(rng, x, (3, 3), 4), [0, 1, 2, 3], [100, -200, 300, -400])
    b = convolution(rng, x, (3, 3), 4)
    return chain(x, a, b, add(out(a), out(b)))


def constant_channels_int16():
    rng = random("constant_channels_int16")
    x = Tensor(SHAPE, 0.0005, 0, "int16")
    same = {"y_scale": 0.0006, "y_zero_point": 0, "bias_type": "int64"}
    a = steady(convolution(rng, x, (3, 3), 6, **same), [1, 4], [90000, -50000])
    return chain(x, a, convolution(rng, out(a), (1, 1), 5, **same))


def paddings():
    """Of a strided convolution, of a depthwise one, and of a pool of what is never negative."""
    rng, x = random("paddings"), image()
    first = pad(x, [[0, 0], [0, 1], [1, 0], [0, 0]])
    a = convolution(rng, out(first), (3, 3), 6, stride=(2, 2), padding="VALID", activation="RELU", y_zero_point=-128)
    second = pad(out(a), [[0, 0], [2, 1], [1, 1], [0, 0]])
    b = convolution(rng, out(second), (3, 3), 6, depth_multiplier=1, padding="VALID", activation="RELU", y_zero_point=-128)
    third = pad(out(b), [[0, 0], [1, 0], [0, 1], [0, 0]])
    return chain(x, first, a, second, b, third, pool("MAX_POOL_2D", out(third), (2, 2), (1, 1), "VALID"))


def paddings_that_count():
    """Of means, and of greatest values that may be negative: they have to stay."""
    rng, x = random("paddings_that_count"), image()
    first = pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]])
    mean = pool("AVERAGE_POOL_2D", out(first), (3, 3), (1, 1), "VALID")
    second = pad(out(mean), [[0, 0], [1, 1], [1, 1], [0, 0]])
    return chain(x, first, mean, second, pool("MAX_POOL_2D", out(second), (3, 3), (1, 1), "VALID"))


def limits():
    """Activations of their own behind a convolution, a sum, and a fully connected layer."""
    rng, x = random("limits"), image()
    a = convolution(rng, x, (3, 3), 6)
    low = unary("RELU", out(a))
    sum_ = add(out(low), random_constant(rng, [6], 0.05, 4))
    least = binary("MINIMUM", schema.MaximumMinimumOptionsT(), out(sum_), constant(60, 0.09, -7), 0.09, -7)
    dense = fully_connected(rng, out(least), 40)
    return chain(x, a, low, sum_, least, dense, unary("RELU6", out(dense)))


def identities():
    """A pool of one pixel, a slice of everything, limits that nothing reaches, and RESHAPE twice."""
    rng, x = random("identities"), image()
    a = convolution(rng, x, (3, 3), 6, activation="RELU", y_zero_point=-128)
    one = pool("MAX_POOL_2D", out(a), (1, 1), (1, 1))
    again = unary("RELU", out(one))
    whole = Op("SLICE", [out(again), integers(0, 0, 0, 0), integers(-1, -1, -1, -1)], [like(out(again))], schema.SliceOptionsT())
    flat = reshape(out(whole), [1, 378])
    square = reshape(out(flat), [1, 7, 9, 6])
    return chain(x, a, one, again, whole, flat, square, convolution(rng, out(square), (3, 3), 5))


def reshapes():
    """Two RESHAPEs with channels between them that have nothing to do with those before and after."""
    rng, x = random("reshapes"), image()
    a = steady(convolution(rng, x, (3, 3), 6), [0, 3], [900, -700])
    flat = reshape(out(a), [1, 27, 14])
    line = reshape(out(flat), [1, 1, 63, 6])
    return chain(x, a, flat, line, convolution(rng, out(line), (1, 1), 5))


def tables():
    """Products and sums with one constant, changes of scale, and a curve: one table."""
    x = image([1, 24, 16, 3])
    a = mul(x, constant(77, 0.02, -9), 0.06, -20)
    b = binary("SUB", schema.SubOptionsT(), constant(40, 0.05, 0), out(a), 0.07, 11)
    c = Op("QUANTIZE", [out(b)], [Tensor(x.shape, 0.031, -2)], schema.QuantizeOptionsT())
    return chain(x, a, b, c, unary("TANH", out(c), 1 / 128, 0))


def constants():
    """Operators on constants alone."""
    rng, x = random("constants"), image()
    c = random_constant(rng, [1, 1, 1, 3], 0.04, 2)
    scaled = Op("QUANTIZE", [c], [Tensor([1, 1, 1, 3], 0.05, -5)], schema.QuantizeOptionsT())
    bent = unary("TANH", out(scaled), 1 / 128, 0)
    return chain(x, scaled, bent, mul(x, out(bent)))


def odd(op):
    """The same layer, whose sums are divided by an odd number for each channel: no threshold is a tie, and no output
    is saturated."""
    (x, w, bias), y = op.inputs, out(op)
    weights = np.abs(w.data.astype(int)).reshape(len(w.scale), -1).sum(axis=1)
    greatest = weights * max(127 - x.zero_point, 128 + x.zero_point) + np.abs(bias.data)
    divisors = greatest // 110 // 2 * 2 + 1
    w.scale = list(y.scale / (x.scale * divisors))
    bias.scale = [x.scale * scale for scale in w.scale]
    return op


def constant_factors():
    """Products with a constant for each channel, and sums with one, whose thresholds are some of those before."""
    rng, x = random("constant_factors"), image()
    a = odd(convolution(rng, x, (1, 1), 6, activation="RELU"))
    parts = mul(out(a), constant([105, 35, 21, 15, 105, 35], 1 / 105), 0.06, 3)
    b = odd(convolution(rng, out(parts), (1, 2), 5, activation="RELU"))
    more = add(out(b), constant([13], 0.06), 0.06, 5)
    dense = odd(fully_connected(rng, out(more), 7, keep=True, rows=63, per_channel=True))
    return chain(x, a, parts, b, more, dense, mul(out(dense), constant([31], 1 / 31), 0.06, -20))


def constant_factors_that_count():
    """The same with factors that lead to other thresholds, that fall, and behind what is read twice."""
    rng, x = random("constant_factors_that_count"), image()
    a = odd(convolution(rng, x, (3, 3), 6))
    scaled = mul(out(a), constant([105, 44, 21, 15, 90, 35], 1 / 105), 0.05, 3)
    b = odd(convolution(rng, out(scaled), (1, 1), 5))
    negative = mul(out(b), constant([105, -35, 21, 15, 105], 1 / 105), 0.06, 3)
    c = odd(convolution(rng, out(negative), (1, 1), 5))
    twice = add(out(c), constant([0, 7, -9, 20, 3], 0.06), 0.06, -4)
    return chain(x, a, scaled, b, negative, c, twice, add(out(c), out(twice)))


for build in [
    constant_channels_of_zero,
    constant_channels_of_any_value,
    constant_channels_at_a_border,
    unread_channels,
    tied_channels,
    joined_channels,
    all_channels_constant,
    constant_channels_int16,
    paddings,
    paddings_that_count,
    limits,
    identities,
    reshapes,
    tables,
    constants,
    constant_factors,
    constant_factors_that_count,
]:
    reason = "half of what is never negative is zero" if build is paddings else None
    cases.write(build.__name__, build(), saturates=reason)
