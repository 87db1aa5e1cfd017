"""Models that the cases of several operators share."""

import numpy as np
from golden import Model, Op, Tensor, constant, like, schema

ACTIVATION = {
    "NONE": schema.ActivationFunctionType.NONE,
    "RELU": schema.ActivationFunctionType.RELU,
    "RELU_N1_TO_1": schema.ActivationFunctionType.RELU_N1_TO_1,
    "RELU6": schema.ActivationFunctionType.RELU6,
}
PADDING = {"SAME": schema.Padding.SAME, "VALID": schema.Padding.VALID}

# Standard deviation of the product of a uniform int8 input and a uniform int8 weight, over the
# one of 50 that outputs should have.
SPREAD = 74 * 73 / 50


def window_steps(size, window, stride, padding):
    """Output positions of a sliding window along one axis."""
    return -(-size // stride) if padding == "SAME" else (size - window) // stride + 1


def weighted(rng, shape, axis, fan_in, x_scale, y_scale, gain=1.0, per_channel=True, highest=127, x_type="int8"):
    """Weights whose outputs fill the int8 range at gain 1, and the scales of a fitting bias.

    Channel scales lie up to a factor of 16 apart, so that a mixed-up channel shows.
    """
    channels = shape[axis] if per_channel and x_type != "uint8" else 1
    scales = np.geomspace(0.25, 4, channels) if channels > 1 else np.ones(1)
    scales = rng.permutation(scales) * gain * y_scale / (x_scale * SPREAD * np.sqrt(fan_in))
    data = rng.integers(-highest, highest, shape, endpoint=True)
    scales = scales.astype(np.float32)
    if x_type == "uint8":
        # The older converter's weights are not symmetric.
        return constant(data + 129, scales, 121, "uint8"), (scales * np.float32(x_scale)).astype(np.float32)
    return constant(data, scales, axis=axis), (scales * np.float32(x_scale)).astype(np.float32)


def random_bias(rng, channels, scales, fan_in, highest=127, x_type="int8", dtype="int32"):
    """Biases as large as the sums of products they are added to."""
    spread = int(74 * 0.58 * highest * np.sqrt(fan_in)) * (256 if x_type == "int16" else 1)
    return constant(rng.integers(-spread, spread, channels), scales, dtype=dtype)


def convolution(
    rng,
    x,
    kernel,
    channels,
    *,
    padding="SAME",
    stride=(1, 1),
    dilation=(1, 1),
    groups=1,
    depth_multiplier=None,
    activation="NONE",
    y_scale=0.06,
    y_zero_point=5,
    bias=True,
    bias_type="int32",
    highest=127,
    **weights,
):
    """CONV_2D, or DEPTHWISE_CONV_2D where a depth multiplier is given; pairs are (height, width)."""
    batch, height, width, depth = x.shape
    depthwise = depth_multiplier is not None
    fan_in = kernel[0] * kernel[1] * (1 if depthwise else depth // groups)
    w_shape = [1, *kernel, channels] if depthwise else [channels, *kernel, depth // groups]
    axis = 3 if depthwise else 0
    w, bias_scales = weighted(
        rng, w_shape, axis, fan_in, x.scale, y_scale, highest=highest, x_type=x.dtype, **weights
    )
    b = [random_bias(rng, channels, bias_scales, fan_in, highest, x.dtype, bias_type)] if bias else []
    windows = [(k - 1) * d + 1 for k, d in zip(kernel, dilation)]
    steps = [window_steps(*side, padding) for side in zip((height, width), windows, stride)]
    y = Tensor([batch, *steps, channels], y_scale, y_zero_point, x.dtype)
    options = schema.DepthwiseConv2DOptionsT() if depthwise else schema.Conv2DOptionsT()
    if depthwise:
        options.depthMultiplier = depth_multiplier
    options.padding = PADDING[padding]
    options.strideH, options.strideW = stride
    options.dilationHFactor, options.dilationWFactor = dilation
    options.fusedActivationFunction = ACTIVATION[activation]
    kind = "DEPTHWISE_CONV_2D" if depthwise else "CONV_2D"
    return Op(kind, [x, w, *b], [y], options)


def fully_connected(
    rng,
    x,
    units,
    *,
    rows=1,
    keep=False,
    bias="random",
    activation="NONE",
    y_scale=0.06,
    y_zero_point=5,
    per_channel=False,
    bias_type="int32",
    highest=127,
    gain=1.0,
):
    """FULLY_CONNECTED; `bias` is "random", "absent" (index -1), "omitted" or a list of values."""
    depth = x.shape[-1] if keep else int(np.prod(x.shape)) // rows
    shape = [units, depth]
    w, bias_scales = weighted(rng, shape, 0, depth, x.scale, y_scale, gain, per_channel, highest, x.dtype)
    match bias:
        case "random":
            operands = [random_bias(rng, units, bias_scales, depth, highest, x.dtype, bias_type)]
        case "absent":
            operands = [None]
        case "omitted":
            operands = []
        case values:
            operands = [constant(values, bias_scales, dtype=bias_type)]
    y = Tensor([*x.shape[:-1], units] if keep else [rows, units], y_scale, y_zero_point, x.dtype)
    options = schema.FullyConnectedOptionsT(fusedActivationFunction=ACTIVATION[activation], keepNumDims=keep)
    return Op("FULLY_CONNECTED", [x, w, *operands], [y], options)


def pool(kind, x, window, stride, padding="SAME", activation="NONE"):
    batch, height, width, channels = x.shape
    steps = [window_steps(*side, padding) for side in zip((height, width), window, stride)]
    y = like(x, [batch, *steps, channels])
    options = schema.Pool2DOptionsT(
        padding=PADDING[padding],
        strideH=stride[0],
        strideW=stride[1],
        filterHeight=window[0],
        filterWidth=window[1],
        fusedActivationFunction=ACTIVATION[activation],
    )
    return Op(kind, [x], [y], options)


def pool_cases(cases, kind):
    """The function that writes one case of a pool: name, input shape, window and stride as (height, width)."""

    def case(name, x_shape, *window, scale=0.06, zero_point=-3, dtype="int8", between=None, oracle=None, **options):
        x = Tensor(list(x_shape), scale, zero_point, dtype, between=between)
        cases.write(name, single(pool(kind, x, *window, **options)), oracle=oracle)

    return case


def moved(shape, dtype="int8"):
    """An input whose values are moved and not computed with."""
    quantization = {"int8": (0.05, -3), "uint8": (0.05, 125), "int16": (0.0004, 0), "int32": ()}
    return Tensor(list(shape), *quantization[dtype], dtype=dtype)


def single(op):
    """The model of one operator whose first operand is the input."""
    return Model([op.inputs[0]], op.outputs, [op])


def unary(kind, x, y, options=None):
    return single(Op(kind, [x], [y], options))


def binary(kind, a, b, y, options=None):
    """An element-wise operator; a constant operand is no input. `y` lacks its shape."""
    y.shape = list(np.broadcast_shapes(tuple(a.shape), tuple(b.shape)))
    inputs = [t for t in dict.fromkeys([a, b]) if t.data is None]
    return Model(inputs, [y], [Op(kind, [a, b], [y], options)])


def random_constant(rng, shape, scale, zero_point=0, dtype="int8"):
    limits = np.iinfo(dtype)
    return constant(rng.integers(limits.min, limits.max, shape, endpoint=True), scale, zero_point, dtype)


def padded(kind, shape, paddings, scale=0.05, zero_point=-3, dtype="int8", value=None):
    """PAD, or PADV2 where a value is given; `paddings` are (before, after) per axis."""
    x = Tensor(list(shape), scale, zero_point, dtype)
    y = like(x, [size + sum(pads) for size, pads in zip(shape, paddings)])
    operands = [x, constant(paddings, dtype="int32")]
    options = schema.PadOptionsT()
    if value is not None:
        operands.append(constant(value, scale, zero_point, dtype))
        options = schema.PadV2OptionsT()
    return single(Op(kind, operands, [y], options))


def parts(x, axis, sizes):
    """The outputs of a split of `x`."""
    return [like(x, [*x.shape[:axis], size, *x.shape[axis + 1 :]]) for size in sizes]


def handle(name, container=""):
    """An operator whose output refers to a variable."""
    options = schema.VarHandleOptionsT(container=container, sharedName=name)
    return Op("VAR_HANDLE", [], [Tensor([], dtype="resource")], options)


def read(variable, value):
    """An operator that reads a variable, whose values are like `value`."""
    return Op("READ_VARIABLE", [variable.outputs[0]], [like(value)], schema.ReadVariableOptionsT())


def assign(variable, value):
    return Op("ASSIGN_VARIABLE", [variable.outputs[0], value], [], schema.AssignVariableOptionsT())


def call_once():
    return Op("CALL_ONCE", [], [], schema.CallOnceOptionsT(initSubgraphIndex=1))


def initial(values):
    """The graph that CALL_ONCE runs: gives variables the values that they start with, by their names."""
    ops = [op for name, value in values.items() for op in assigned(name, value)]
    return Model([], [], ops)


def assigned(name, value):
    variable = handle(name)
    return [variable, assign(variable, value)]


def total(a, b, scale=None, zero_point=None):
    """An operator that adds two tensors of one type; the output is like the first but for what is given."""
    scale = a.scale if scale is None else scale
    zero_point = a.zero_point if zero_point is None else zero_point
    y = Tensor(a.shape, scale, zero_point, a.dtype)
    return Op("ADD", [a, b], [y], schema.AddOptionsT(fusedActivationFunction=ACTIVATION["NONE"]))


def svdf(rng, x, units, memory, *, rank=1, state="int8", state_zero_point=0, y_scale=0.06, y_zero_point=5, gain=1.0):
    """SVDF; sums of features fill the state's range, and sums over time the output's, at gain 1."""
    rows, depth = x.shape
    filters = units * rank
    step = {"int8": 0.05, "int16": 0.05 / 256}[state]
    features = constant(
        rng.integers(-127, 127, (filters, depth), endpoint=True),
        gain * step * np.iinfo(state).max / (x.scale * 127 * SPREAD * np.sqrt(depth)) * 1.4,
    )
    limits = np.iinfo(state)
    spread = 74 * (limits.max / 127) * 74 * (limits.max / 127) * np.sqrt(memory * rank) / 50
    time_scale = np.float32(gain * y_scale / (step * spread))
    time = constant(rng.integers(-limits.max, limits.max, (filters, memory), endpoint=True), time_scale, dtype=state)
    bias = int(20 * spread)
    bias = constant(rng.integers(-bias, bias, units), np.float32(step) * time_scale, dtype="int32")
    kept = Tensor([rows, filters * memory], step, state_zero_point, state, variable=True)
    y = Tensor([rows, units], y_scale, y_zero_point)
    options = schema.SVDFOptionsT(rank=rank, fusedActivationFunction=ACTIVATION["RELU"])
    return Op("SVDF", [x, features, time, bias, kept], [y], options)


def lstm(
    rng,
    x,
    units,
    *,
    time_major=False,
    cell_scale=2**-11,
    clip=10.0,
    y_zero_point=0,
    gain=1.0,
    bias_gain=1.0,
):
    """UNIDIRECTIONAL_SEQUENCE_LSTM; arguments of the gates spread over a few units at gain 1."""
    outer, inner, depth = x.shape
    batches = inner if time_major else outer
    wide = x.dtype == "int16"
    step = 256 if wide else 1
    y_scale = 1 / 128 / step
    gates = [rng.uniform(0.5, 2) * gain for _ in range(4)]

    def weights(width, scale, gain):
        data = rng.integers(-127, 127, (units, width), endpoint=True)
        return constant(data, gain / (scale * step * 74 * 73 * np.sqrt(width)))

    inputs = [weights(depth, x.scale, gain) for gain in gates]
    recurrent = [weights(units, y_scale, gain) for gain in gates]
    biases = []
    for w in inputs:
        scale = np.float32(w.scale) * np.float32(x.scale)
        limit = int(bias_gain / scale)
        bias = rng.integers(-limit, limit, units, endpoint=True)
        biases.append(constant(bias, scale, dtype="int64" if wide else "int32"))
    hidden = Tensor([batches, units], y_scale, y_zero_point, x.dtype, variable=True)
    cell = Tensor([batches, units], cell_scale, 0, "int16", variable=True)
    y = Tensor([outer, inner, units], y_scale, y_zero_point, x.dtype)
    options = schema.UnidirectionalSequenceLSTMOptionsT(
        fusedActivationFunction=schema.ActivationFunctionType.TANH, cellClip=clip, timeMajor=time_major
    )
    nothing = [None] * 3
    operands = [x, *inputs, *recurrent, *nothing, *biases, None, None, hidden, cell, *nothing, None]
    return Op("UNIDIRECTIONAL_SEQUENCE_LSTM", operands, [y], options)
