import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
from builders import (
    convolution,
    fully_connected,
    moved,
    pool,
    random_constant,
)
from golden import Cases, Model, Op, Tensor, constant, integers, like, random, schema

cases = Cases(__file__)


def out(op):
    return op.outputs[0]


def add(a, b, scale, zero_point):
    return Op("ADD", [a, b], [Tensor(a.shape, scale, zero_point)], schema.AddOptionsT())


def relu(x, scale=0.05, zero_point=-128):
    return Op("RELU", [x], [Tensor(x.shape, scale, zero_point)])


def softmax(x):
    return Op("SOFTMAX", [x], [Tensor(x.shape, 1 / 256, -128)], schema.SoftmaxOptionsT(beta=1.0))


def flatten(x):
    shape = [x.shape[0], -1]
    y = like(x, [x.shape[0], x.shape[1] * x.shape[2] * x.shape[3]])
    return Op("RESHAPE", [x, integers(*shape)], [y], schema.ReshapeOptionsT(newShape=shape))


def mean(x, scale, zero_point):
    y = Tensor([x.shape[0], x.shape[3]], scale, zero_point)
    return Op("MEAN", [x, integers(1, 2)], [y], schema.ReducerOptionsT())


def residual_classifier():
    """conv → depthwise → pointwise, added to the first, pooled, classified."""
    rng = random("residual_classifier")
    x = Tensor([1, 9, 7, 3], 0.05, -5)
    stem = convolution(rng, x, (3, 3), 8, stride=(2, 2), activation="RELU", y_zero_point=-128, gain=2)
    depthwise = convolution(
        rng, out(stem), (3, 3), 8, depth_multiplier=1, activation="RELU6", y_zero_point=-128, y_scale=6 / 255
    )
    pointwise = convolution(rng, out(depthwise), (1, 1), 8, y_zero_point=9)
    joined = add(out(stem), out(pointwise), 0.09, -30)
    active = relu(out(joined), 0.05)
    pooled = pool("AVERAGE_POOL_2D", out(active), (2, 2), (2, 2), "SAME")
    flat = flatten(out(pooled))
    dense = fully_connected(rng, out(flat), 5, y_scale=0.03, y_zero_point=-4)
    top = softmax(out(dense))
    return Model([x], [out(top)], [stem, depthwise, pointwise, joined, active, pooled, flat, dense, top])


def mean_classifier():
    """An uneven padding before a VALID convolution, a second one over MEAN, two layers."""
    rng = random("mean_classifier")
    x = Tensor([1, 8, 6, 2], 0.05, 3)
    padded = Op("PAD", [x, constant([(0, 0), (0, 1), (1, 0), (0, 0)], dtype="int32")], [like(x, [1, 9, 7, 2])])
    padded.options = schema.PadOptionsT()
    conv = convolution(
        rng, out(padded), (3, 3), 6, padding="VALID", stride=(2, 2), activation="RELU", y_zero_point=-128
    )
    pooled = mean(out(conv), 0.02, -90)
    hidden = fully_connected(rng, out(pooled), 12, activation="RELU", y_zero_point=-128, y_scale=0.02)
    dense = fully_connected(rng, out(hidden), 4, y_scale=0.02)
    return Model([x], [out(dense)], [padded, conv, pooled, hidden, dense])


def two_inputs_three_outputs():
    rng = random("two_inputs_three_outputs")
    image, audio = Tensor([1, 4, 5, 2], 0.05, -3), Tensor([1, 11], 0.02, 8)
    conv = convolution(rng, image, (3, 2), 3, stride=(1, 2))
    flat = flatten(out(conv))
    heard = fully_connected(rng, audio, 6)
    both = Tensor([1, 42], 0.06, 5)
    joined = Op("CONCATENATION", [out(flat), out(heard)], [both], schema.ConcatenationOptionsT(axis=1))
    dense = fully_connected(rng, both, 4, y_scale=0.03)
    top = softmax(out(dense))
    gate = Op("LOGISTIC", [out(heard)], [Tensor([1, 6], 1 / 256, -128)])
    # The outputs are neither in the order of the operators nor of one shape.
    outputs = [out(gate), out(top), out(conv)]
    return Model([image, audio], outputs, [conv, flat, heard, joined, dense, top, gate])


def inputs_out_of_order():
    """The model's second input is used first, and by two operators."""
    rng = random("inputs_out_of_order")
    late, early = Tensor([1, 3, 4, 5], 0.05, -3), Tensor([1, 3, 4, 5], 0.04, 7)
    conv = convolution(rng, early, (1, 1), 5)
    first = add(out(conv), late, 0.09, 1)
    second = add(out(first), early, 0.1, -2)
    return Model([late, early], [out(second)], [conv, first, second])


def output_used_inside():
    rng = random("output_used_inside")
    x = Tensor([1, 12], 0.05, -3)
    hidden = fully_connected(rng, x, 9)
    dense = fully_connected(rng, out(hidden), 4, y_scale=0.09)
    return Model([x], [out(hidden), out(dense)], [hidden, dense])


def output_twice():
    x = Tensor([1, 3, 4, 2], 0.05, -40)
    active = relu(x)
    return Model([x], [out(active), out(active)], [active])


def input_is_output():
    x = Tensor([1, 3, 4, 2], 0.05, -40)
    active = relu(x)
    return Model([x], [x, out(active)], [active])


def unused_input():
    x, unused = Tensor([1, 3, 4, 2], 0.05, -40), Tensor([1, 7], 0.1, 2)
    active = relu(x)
    return Model([x, unused], [out(active)], [active])


def unused_result():
    """An operator whose output nothing reads, as converters leave them behind."""
    rng = random("unused_result")
    x = Tensor([1, 12], 0.05, -3)
    dead = relu(x)
    dense = fully_connected(rng, x, 9)
    return Model([x], [out(dense)], [dead, dense])


def constant_output():
    x = Tensor([1, 3, 4, 2], 0.05, -40)
    active = relu(x)
    table = random_constant(random("constant_output"), (1, 20), 0.05, 3)
    return Model([x], [out(active), table], [active])


def long_lived_skip():
    """A tensor that is alive over several others, then branches that end together."""
    rng = random("long_lived_skip")
    x = Tensor([1, 6, 5, 4], 0.05, -3)
    first = convolution(rng, x, (3, 3), 4)
    chain = [first]
    for _ in range(3):
        chain.append(convolution(rng, out(chain[-1]), (3, 3), 4, activation="RELU", y_zero_point=-90))
    side = convolution(rng, out(chain[1]), (1, 1), 4)
    left, right = add(out(first), out(chain[-1]), 0.09, 4), add(out(side), out(chain[-1]), 0.08, -6)
    joined = add(out(left), out(right), 0.12, 0)
    return Model([x], [out(joined)], [*chain, side, left, right, joined])


def split_and_shuffle():
    """Data is moved and not computed with: split, transposed, joined, cut."""
    x = moved((1, 4, 6, 4))
    halves = [like(x, [1, 4, 6, 2]), like(x, [1, 4, 6, 2])]
    split = Op("SPLIT", [constant(3, dtype="int32"), x], halves, schema.SplitOptionsT(numSplits=2))
    turned = Op("TRANSPOSE", [halves[1], integers(0, 2, 1, 3)], [like(x, [1, 6, 4, 2])], schema.TransposeOptionsT())
    back = Op("RESHAPE", [out(turned), integers(1, 4, 6, 2)], [like(x, [1, 4, 6, 2])], schema.ReshapeOptionsT())
    joined = Op("CONCATENATION", [out(back), halves[0]], [like(x)], schema.ConcatenationOptionsT(axis=3))
    bounds = [integers(0, 1, 0, 0), integers(1, 4, 6, 4), integers(1, 1, 2, 1)]
    cut = Op("STRIDED_SLICE", [out(joined), *bounds], [like(x, [1, 3, 3, 4])], schema.StridedSliceOptionsT())
    return Model([x], [out(cut)], [split, turned, back, joined, cut])


def float_to_float():
    """Float at both ends, integers between."""
    rng = random("float_to_float")
    x, q = Tensor([1, 10], dtype="float32", between=(-6, 6)), Tensor([1, 10], 0.05, -3)
    quantize = Op("QUANTIZE", [x], [q], schema.QuantizeOptionsT())
    hidden = fully_connected(rng, q, 12, activation="RELU", y_zero_point=-128)
    dense = fully_connected(rng, out(hidden), 4, y_scale=0.04)
    top = softmax(out(dense))
    y = Tensor([1, 4], dtype="float32")
    dequantize = Op("DEQUANTIZE", [out(top)], [y], schema.DequantizeOptionsT())
    return Model([x], [y], [quantize, hidden, dense, top, dequantize])


for build in [
    residual_classifier,
    mean_classifier,
    two_inputs_three_outputs,
    inputs_out_of_order,
    output_used_inside,
    output_twice,
    input_is_output,
    unused_input,
    unused_result,
    constant_output,
    long_lived_skip,
    split_and_shuffle,
    float_to_float,
]:
    reason = "an output is constant" if build is constant_output else None
    cases.write(build.__name__, build(), saturates=reason)
