"""Write the models of the ui tests: each has one mistake, and is named for it.

Run it in the virtual environment of `tests/ops/requirements.txt`.
"""

import numpy as np
from mistake import (
    case, changed, custom, layer, on_code, on_graph, on_operator, on_options, on_quantization, on_tensor, raw, repeated, write,
)
from builders import (
    ACTIVATION, assign, binary, call_once, convolution, fully_connected, handle, initial, lstm, moved, padded, pool, read,
    single, svdf, total, unary,
)
from golden import Model, Op, Tensor, constant, integers, like, random, schema, serialize

LARGE = 1 << 20


def X():
    """A small tensor."""
    return Tensor([1, 4], 0.05, -3)



def chain(*kinds):
    """Operators one after the other, all on one shape."""
    tensors = [X() for _ in range(len(kinds) + 1)]
    ops = [Op(kind, [a], [b]) for kind, a, b in zip(kinds, tensors, tensors[1:])]
    return Model([tensors[0]], [tensors[-1]], ops)


def relu():
    return unary("RELU", X(), X())


def image(channels=3, scale=0.05):
    return Tensor([1, 5, 5, channels], scale, -3)


def conv(**options):
    return single(convolution(random("ui"), image(), (3, 3), 4, **options))


# ---------------------------------------------------------------- what is no model

sound = serialize(layer())
write("file/cut_off", sound[: len(sound) // 2])
write("file/lfs_pointer", b"version https://git-lfs.github.com/spec/v1\noid sha256:0123\nsize 53936\n")
write("file/web_page", b"<!DOCTYPE html>\n<html><body>model.tflite</body></html>\n")
write("file/empty", b"")
write("file/keras", b"\x89HDF\r\n\x1a\n" + bytes(64))
write("file/keras_archive", b"PK\x03\x04" + bytes(26) + b"metadata.json" + bytes(16))
write("file/zip_archive", b"PK\x03\x04" + bytes(26) + b"model.tflite" + bytes(16))
write("file/onnx", b"\x08\x08\x12\x07pytorch\x1a\x052.1.0:\x10\n\x01x\x12\x01y\x1a\x01n\"\x04Relu")
write("file/saved_model", b"\x08\x01\x12\x9a\x05\n\x0esaved_model.pb\n\x03Add")
write("file/gzip_archive", b"\x1f\x8b\x08" + bytes(30))
write("file/pytorch", b"PK\x03\x04" + bytes(26) + b"model/data.pkl" + bytes(16))
write("file/picture", b"\x89PNG\r\n\x1a\n" + bytes(64))
write("file/source_code", b"const unsigned char g_model[] = {0x1c, 0x00, 0x00, 0x00};\n")
write("file/other_file", bytes(range(100, 164)))
write("file/older_format", sound[:4] + b"TFL2" + sound[8:])
case("file/newer_schema", layer(), lambda tables: setattr(tables, "version", 4))
write("file/too_many_tables", repeated(tensors=400, subgraphs=400))


# ---------------------------------------------------------------- the model as a whole


def two_writers():
    model = chain("RELU", "RELU")
    model.ops[1].outputs = model.ops[0].outputs
    model.outputs = model.ops[0].outputs
    return model


def three_problems():
    """A float layer, a layer without a kernel, and one whose weights are computed."""
    x, y, z, real = X(), X(), X(), Tensor([1, 4], dtype="float32")
    layers = [
        Op("COS", [x], [real]),
        Op("RFFT2D", [real, integers(4)], [y]),
        Op("FULLY_CONNECTED", [y, y, None], [z], schema.FullyConnectedOptionsT()),
    ]
    return Model([x], [z], layers)


def folded(count):
    """Constants of 32 KiB, each computed from the one before."""
    tensors = [constant(np.zeros((1, 1 << 15)), 0.05)]
    tensors += [Tensor([1, 1 << 15], 0.05) for _ in range(count)]
    options = schema.MaximumMinimumOptionsT()
    ops = [Op("MAXIMUM", [a, a], [b], options) for a, b in zip(tensors, tensors[1:])]
    return Model([x := X()], [x, tensors[-1]], ops)


def sums(count):
    """The same constant of 64 KiB, added again and again."""
    tensors = [Tensor([1, 1 << 16], 0.05) for _ in range(count + 1)]
    term = constant(np.zeros((1, 1 << 16)), 0.05)
    ops = [Op("ADD", [a, term], [b], schema.AddOptionsT()) for a, b in zip(tensors, tensors[1:])]
    return Model([tensors[0]], [tensors[-1]], ops)


def overlapping(size):
    """Buffers each of which is all of the file but its first bytes."""

    def change(tables):
        graph = tables.subgraphs[0]
        for index in range(1400):
            tables.buffers.append(schema.BufferT(offset=8, size=size))
            graph.tensors.append(schema.TensorT(shape=[size], type=0, buffer=len(tables.buffers) - 1))
            graph.tensors[-1].type = schema.TensorType.INT8
        graph.outputs = [*graph.outputs, len(graph.tensors) - 1]

    return change


def outside(tables):
    tables.buffers.append(schema.BufferT(offset=1 << 40, size=8))
    tables.subgraphs[0].tensors[2].buffer = len(tables.buffers) - 1


write("model/too_many_tensors", repeated(tensors=20_001))
write("model/too_many_operators", repeated(operators=5_001))
case("model/no_graph", layer(), lambda tables: setattr(tables, "subgraphs", []))
case("model/no_output", layer(), on_graph(outputs=[]))
case("model/absent_input", layer(), on_graph(inputs=[77]))
case("model/absent_output", layer(), on_graph(outputs=[77]))
case("model/too_many_inputs", layer(), on_graph(inputs=[0] * 17))
case("model/too_many_folded_constants", folded(65))
case("model/too_many_constants", sums(1030))
case("model/constant_as_input", layer(), on_graph(inputs=[0, 2]))
case("model/input_listed_twice", layer(), on_graph(inputs=[0, 0]))
case("model/input_of_64_bits", unary("SHAPE", Tensor([2], dtype="int64"), Tensor([1], dtype="int32"), schema.ShapeOptionsT()))
case("model/three_problems", three_problems())
case("model/many_of_one_kind", chain(*["COS"] * 38))
case("model/read_before_written", chain("RELU", "RELU"), lambda tables: tables.subgraphs[0].operators.reverse())
case("model/written_twice", two_writers())
case("model/never_written", relu(), on_graph(operators=[]))


# ---------------------------------------------------------------- tensors

case("tensor/unknown_type", layer(), on_tensor(0, type=99))
case("tensor/sparse_weights", layer(), on_tensor(2, sparsity=schema.SparsityParametersT()))
case("tensor/absent_buffer", layer(), on_tensor(2, buffer=77))
case("tensor/buffer_outside_of_the_file", layer(), outside)
case("tensor/short_buffer", layer(), lambda tables: setattr(tables.buffers[1], "data", tables.buffers[1].data[:-1]))
case("tensor/overlapping_buffers", layer(), overlapping(len(changed(layer(), overlapping(1))) - 8))
case("tensor/too_many_dimensions", layer(), on_tensor(0, shape=[1] * 9))
case("tensor/too_many_elements", layer(), on_tensor(0, shape=[LARGE, LARGE]))
case("tensor/open_dimension", layer(), on_tensor(0, shape=[1, -1]))
case("tensor/scale_of_zero", layer(), on_quantization(0, scale=[0.0]))
case("tensor/negative_scale", layer(), on_quantization(0, scale=[-0.1]))
case("tensor/weights_with_scale_of_zero", layer(), on_quantization(2, scale=[0.0]))
case("tensor/zero_point_outside_of_the_type", layer(), on_quantization(0, zeroPoint=[1000]))
case("tensor/scales_for_some_slices", layer(), on_quantization(2, scale=[0.1] * 3, zeroPoint=[0] * 3))


# ---------------------------------------------------------------- operators as such

ACCELERATORS = {
    "ethos_u": "ethos-u",
    "edge_tpu": "edgetpu-custom-op",
    "xcore": "XC_conv2d_v2",
    "neutron": "NeutronGraph",
    "verisilicon": "vsi-npu",
    "litert_npu": "DISPATCH_OP",
}
for name, code in ACCELERATORS.items():
    case(f"operator/compiled_for_{name}", layer(), custom(code))
case("operator/custom_operator", layer(), custom("MyOwnLayer"))
case("operator/select_tensorflow_operator", layer(), custom("FlexErf"))
case("operator/detection_post_processing", layer(), custom("TFLite_Detection_PostProcess"))
case("operator/unknown_operator", relu(), on_code(builtinCode=9999))
case("operator/unknown_version", relu(), on_code(version=1000))
case("operator/absent_code", relu(), on_operator(opcodeIndex=77))
case("operator/absent_input", relu(), on_operator(inputs=[77]))
case("operator/absent_output", relu(), on_operator(outputs=[77]))
case("operator/too_many_inputs", relu(), on_operator(inputs=[0] * 1001))
case("operator/too_few_inputs", relu(), on_operator(inputs=[]))
case("operator/input_left_out", relu(), on_operator(inputs=[-1]))
case("operator/no_options", layer(), on_operator(builtinOptionsType=0, builtinOptions=None))
case("operator/unsupported_type", unary("RELU", Tensor([4], dtype="int64"), Tensor([4], dtype="int64")))
case("operator/mixed_types", unary("RELU", X(), Tensor([1, 4], 0.05, 0, "int16")))
case("operator/no_quantization", layer(), *(on_tensor(index, quantization=None) for index in range(4)))
case("operator/scales_per_channel", layer(), on_quantization(0, scale=[0.1] * 4, zeroPoint=[0] * 4, quantizedDimension=1))
case("operator/weights_with_zero_point", layer(), on_quantization(2, zeroPoint=[3]))
case(
    "operator/scales_along_another_dimension",
    layer(),
    on_quantization(2, scale=[0.1] * 4, zeroPoint=[0] * 4, quantizedDimension=1),
)
case("operator/wrong_shape", layer(), on_tensor(0, shape=[1, 5]))
case("operator/wrong_output_shape", relu(), on_tensor(1, shape=[1, 5]))
case("operator/wrong_rank", conv(), on_tensor(0, shape=[25, 3]))
case("operator/weights_of_wrong_rank", layer(), on_tensor(2, shape=[2, 2, 2]))
case("operator/option_out_of_range", conv(), on_options(strideH=0))


def shape_at_run_time():
    x, shape = X(), Tensor([2], dtype="int32")
    return Model([x, shape], [y := Tensor([2, 2], 0.05, -3)], [Op("RESHAPE", [x, shape], [y], schema.ReshapeOptionsT())])


def reshape(shape, to):
    y = Tensor(to, 0.05, -3)
    return single(Op("RESHAPE", [X(), shape], [y], schema.ReshapeOptionsT()))


def computed_weights():
    x, w = X(), Tensor([2, 4], 0.05)
    return Model([x, w], [y := Tensor([1, 2], 0.05)], [Op("FULLY_CONNECTED", [x, w], [y], schema.FullyConnectedOptionsT())])


def concatenation(inputs, y, axis=1, **options):
    options = schema.ConcatenationOptionsT(axis=axis, **options)
    return Model(inputs, [y], [Op("CONCATENATION", inputs, [y], options)])


case("operator/shape_at_run_time", shape_at_run_time())
case("operator/shape_of_another_type", reshape(constant([2**40, 2], dtype="int64"), [2, 2]))
case("operator/weights_at_run_time", computed_weights())
case("operator/axis_outside_of_the_shape", concatenation([X(), X()], Tensor([1, 8], 0.05, -3), axis=9))


# ---------------------------------------------------------------- floats


def float_model():
    x, y = Tensor([1, 4], dtype="float32"), Tensor([1, 2], dtype="float32")
    options = schema.FullyConnectedOptionsT()
    return Model([x], [y], [Op("FULLY_CONNECTED", [x, constant(np.ones((2, 4)), dtype="float32"), None], [y], options)])


def quantized_twice():
    x, y, z = Tensor([1, 4], dtype="float32"), X(), Tensor([1, 4], 0.1, 5)
    return Model([x], [y, z], [Op("QUANTIZE", [x], [y]), Op("QUANTIZE", [x], [z])])


def float_inside():
    x, y, z = X(), Tensor([1, 4], dtype="float32"), Tensor([1, 4], 0.1, 5)
    return Model([x], [z], [Op("DEQUANTIZE", [x], [y]), Op("QUANTIZE", [y], [z])])


def float_output():
    x = Tensor([1, 4], dtype="float32")
    return Model([x], [x], [])


case("operator/float_model", float_model())
case("operator/input_quantized_in_two_ways", quantized_twice())
case("operator/float_between_integers", float_inside())
case("operator/float_output", float_output())


# ---------------------------------------------------------------- layers with weights


def depthwise(**options):
    return single(convolution(random("ui"), image(4), (3, 3), 4, depth_multiplier=1, **options))


def far_window():
    """1026 weights that are 65535 apart: their reach is above 2^26."""
    x, w = Tensor([1, 1, 1, 1], 0.05), constant(np.ones((1, 1026, 1, 1)), 0.1)
    options = schema.Conv2DOptionsT(strideH=1, strideW=1, dilationHFactor=65535, dilationWFactor=1)
    return single(Op("CONV_2D", [x, w], [Tensor([1, 1, 1, 1], 0.05)], options))


case("fully_connected/shuffled_weights", layer(), on_options(weightsFormat=1))
case("fully_connected/wrong_output_shape", layer(), on_tensor(1, shape=[1, 3]))
case("fully_connected/fused_tanh", layer(), on_options(fusedActivationFunction=schema.ActivationFunctionType.TANH))
case("fully_connected/bias_of_wrong_length", layer(), on_tensor(3, shape=[1]), lambda t: setattr(t.buffers[2], "data", [0] * 4))
case("fully_connected/scales_too_far_apart", layer(), on_quantization(0, scale=[1e30]))
case("conv_2d/uneven_groups", conv(), on_tensor(0, shape=[1, 5, 5, 4]))
case("conv_2d/window_too_large", far_window())
case("conv_2d/window_larger_than_input", conv(), on_tensor(0, shape=[1, 2, 5, 3]), on_options(padding=schema.Padding.VALID))
case("conv_2d/unknown_padding", conv(), on_options(padding=7))
case("depthwise_conv_2d/weights_of_wrong_shape", depthwise(), on_tensor(2, shape=[3, 1, 3, 4]))
case("depthwise_conv_2d/wrong_multiplier", depthwise(), on_options(depthMultiplier=3))


# ---------------------------------------------------------------- pools


def average(shape, window):
    return single(pool("AVERAGE_POOL_2D", Tensor(list(shape), 0.05, -3), window, (1, 1), "VALID"))


case("average_pool_2d/too_many_values", average((1, 300, 300, 1), (300, 300)))
case("max_pool_2d/rescaled", single(pool("MAX_POOL_2D", image(), (2, 2), (2, 2))), on_quantization(1, scale=[0.1]))


# ---------------------------------------------------------------- two operands


def add(a, b, y, **options):
    return binary("ADD", a, b, y, schema.AddOptionsT(**options))


def plain(shape=(1, 4)):
    return Tensor(list(shape), dtype="int32")


def mul_16():
    x = Tensor([1, 4], 0.01, 3, "int16")
    return binary("MUL", x, Tensor([1, 4], 0.01, 0, "int16"), Tensor([], 0.01, 0, "int16"), schema.MulOptionsT())


case("elementwise/shapes_that_do_not_fit", add(X(), X(), X()), on_tensor(1, shape=[1, 3]))
case("elementwise/int32_with_a_scale", add(Tensor([1, 4], 0.1, 0, "int32"), plain(), plain()))
case("elementwise/int32_with_an_activation", add(plain(), plain(), plain(), fusedActivationFunction=ACTIVATION["RELU"]))
case("elementwise/comparison_of_different_scales", binary("MAXIMUM", X(), Tensor([1, 4], 0.1, 0), X()))
case("elementwise/output_too_fine", add(X(), X(), Tensor([1, 4], 1e-9, 0)))
case("mul/int16_with_zero_point", mul_16())


# ---------------------------------------------------------------- activations


def wide(scale=0.0001, zero_point=0):
    return Tensor([1, 4], scale, zero_point, "int16")


def softmax(x, y, beta=1.0):
    return unary("SOFTMAX", x, y, schema.SoftmaxOptionsT(beta=beta))


def shares(shape=(1, 4)):
    return Tensor(list(shape), 1 / 256, -128)


case("logistic/output_of_another_scale", unary("LOGISTIC", X(), X()))
case("logistic/int16_with_zero_point", unary("LOGISTIC", wide(zero_point=3), wide(1 / 32768)))
case("logistic/int16_scale_too_large", unary("LOGISTIC", wide(3.0), wide(1 / 32768)))
case("relu/int16_with_zero_point", unary("RELU", wide(zero_point=3), wide()))
case("softmax/scalar", softmax(Tensor([], 0.05, -3), shares([])))
case("softmax/beta_of_zero", softmax(X(), shares(), beta=0.0))
case("softmax/scale_too_small", softmax(Tensor([1, 4], 1e-9), shares()))
case("softmax/int16_with_zero_point", softmax(wide(zero_point=3), wide(1 / 32768)))
case("softmax/int16_scale_too_large", softmax(wide(6.0), wide(1 / 32768)))


# ---------------------------------------------------------------- movements


def taken(kind, shape, operands, y_shape, options=None):
    x = moved(shape)
    return single(Op(kind, [x, *operands], [like(x, list(y_shape))], options))


def split(count, axes=(1,), outputs=2):
    x = moved([1, 4])
    options = schema.SplitOptionsT(numSplits=count)
    pieces = [like(x, [1, 2]) for _ in range(outputs)]
    return Model([x], pieces, [Op("SPLIT", [integers(*axes), x], pieces, options)])


def split_v(*sizes):
    x = moved([1, 4])
    pieces = [like(x, [1, 2]) for _ in sizes]
    options = schema.SplitVOptionsT(numSplits=len(sizes))
    return Model([x], pieces, [Op("SPLIT_V", [x, integers(*sizes), integers(1)], pieces, options)])


def pack(count):
    a, b = moved([4]), moved([4])
    options = schema.PackOptionsT(valuesCount=count, axis=0)
    return Model([a, b], [y := like(a, [2, 4])], [Op("PACK", [a, b], [y], options)])


def unpack(num):
    x = moved([2, 4])
    pieces = [like(x, [4]) for _ in range(2)]
    return Model([x], pieces, [Op("UNPACK", [x], pieces, schema.UnpackOptionsT(num=num, axis=0))])


def strided_slice(begin, end, strides, **options):
    bounds = [integers(*begin), integers(*end), integers(*strides)]
    return taken("STRIDED_SLICE", [2, 4], bounds, [2, 2], schema.StridedSliceOptionsT(**options))


def resize(size, shape=(1, 2, 2, 1)):
    y = [shape[0], 4, 4, shape[3]]
    return taken("RESIZE_NEAREST_NEIGHBOR", shape, [integers(*size)], y, schema.ResizeNearestNeighborOptionsT())


def padded_by(value):
    model = padded("PADV2", (1, 4), [(0, 0), (1, 1)], value=0)
    model.ops[0].inputs[2] = value
    return Model(model.inputs, model.outputs, model.ops)


STEPS = (2, 3, 2, 3, 2, 3, 2)
case("concatenation/fused_activation", concatenation([X(), X()], Tensor([1, 8], 0.05, -3), fusedActivationFunction=1))
case("concatenation/uneven_inputs", concatenation([X(), Tensor([2, 4], 0.05, -3)], Tensor([1, 8], 0.05, -3)))
case("expand_dims/two_axes", taken("EXPAND_DIMS", [1, 4], [integers(0, 1)], [1, 1, 4], schema.ExpandDimsOptionsT()))
case("pack/wrong_count", pack(3))
case("pad/negative_padding", padded("PAD", (1, 4), [(0, 0), (1, 1)]), lambda t: setattr(t.buffers[1], "data", list(np.array([0, 0, -1, 1], "int32").tobytes())))
case("pad/too_many_axes", padded("PAD", (2, 2, 2, 2, 2, 2, 1), [(1, 1)] * 7))
case("pad/value_of_another_scale", padded_by(constant(0, 0.1, 0)))
case("pad/two_values", padded_by(constant([0, 0], 0.05, -3)))
case("reshape/another_number_of_elements", reshape(integers(1, 5), [1, 5]))
case("reshape/shapes_that_differ", reshape(integers(4, 1), [2, 2]))
case("resize_nearest_neighbor/one_size", resize([4]))
case("resize_nearest_neighbor/picture_too_large", resize([4, 4], (1, 1, 65537, 1)))
case("slice/box_outside", taken("SLICE", [1, 4], [integers(0, 2), integers(1, 3)], [1, 3], schema.SliceOptionsT()))
case("split/uneven", split(3))
case("split/two_axes", split(2, axes=(0, 1)))
case("split_v/sizes_that_do_not_add_up", split_v(2, 3))
case("squeeze/axis_of_several_elements", taken("SQUEEZE", [1, 4], [], [1], schema.SqueezeOptionsT(squeezeDims=[1])))
case("strided_slice/new_axis", strided_slice([0, 0], [2, 2], [1, 1], newAxisMask=1))
case("strided_slice/lists_of_different_lengths", strided_slice([0, 0], [2], [1, 1]))
case("strided_slice/nothing_left", strided_slice([0, 3], [2, 3], [1, 1]))
case("transpose/axis_twice", taken("TRANSPOSE", [2, 4], [integers(1, 1)], [4, 4], schema.TransposeOptionsT()))
case("transpose/too_many_axes", taken("TRANSPOSE", STEPS, [integers(*reversed(range(7)))], STEPS[::-1], schema.TransposeOptionsT()))
case("unpack/wrong_count", unpack(3))


# ---------------------------------------------------------------- state


def streaming(*first, value=None, once=None):
    """A model that adds its input to what a variable holds, and keeps the input."""
    x, variable = X(), handle("last")
    old = read(variable, x if value is None else value)
    y = total(x, old.outputs[0] if value is None else x)
    outputs = y.outputs if value is None else y.outputs + old.outputs
    return Model([x], outputs, [*first, variable, old, y, assign(variable, x)], once)


def never_assigned():
    x, variable = X(), handle("last")
    old = read(variable, x)
    return Model([x], old.outputs, [variable, old])


def no_handle():
    x, handle = X(), Tensor([], dtype="resource")
    old = Op("READ_VARIABLE", [handle], [X()], schema.ReadVariableOptionsT())
    return Model([x, handle], old.outputs, [old])


def started_late():
    model = streaming(call_once(), once=initial({"last": constant([[1, 2, 3, 4]], 0.05, -3)}))
    model.ops.append(model.ops.pop(0))
    return model


def computed_start():
    """The graph that runs once assigns one variable to another."""
    variable = handle("other")
    other = read(variable, X())
    ops = [variable, other, handle("last")]
    return Model([], [], [*ops, assign(ops[2], other.outputs[0])])


def remembering(**options):
    return single(svdf(random("ui"), X(), 2, 3, **options))


def recurrent():
    return single(lstm(random("ui"), Tensor([1, 2, 4], 0.05, -3), 3))


def shared_state():
    x = X()
    first = svdf(random("ui"), x, 2, 3)
    second = svdf(random("ui"), x, 2, 3)
    second.inputs[4] = first.inputs[4]
    return Model([x], first.outputs + second.outputs, [first, second])


def variable_start():
    """The graph that runs once has a tensor that is to keep its value."""
    model = initial({"last": constant([[1, 2, 3, 4]], 0.05, -3)})
    model.outputs.append(Tensor([1, 4], 0.05, -3, variable=True))
    return Model(model.inputs, model.outputs, model.ops)


def split_of(count):
    x = moved([1, count])
    pieces = [like(x, [1, 1]) for _ in range(count)]
    return Model([x], pieces, [Op("SPLIT", [integers(1), x], pieces, schema.SplitOptionsT(numSplits=count))])


def set_input(tables, index, tensor):
    operator = tables.subgraphs[0].operators[0]
    operator.inputs = [tensor if at == index else old for at, old in enumerate(operator.inputs)]


case("call_once/negative_graph", streaming(call_once()), on_options(initSubgraphIndex=-1))
case("call_once/absent_graph", streaming(call_once()))
case("call_once/after_others", started_late())
case("call_once/unknown_operator", streaming(call_once(), once=chain("COS")))
case("call_once/computed_start", streaming(call_once(), once=computed_start()))
case("call_once/variable_tensor", streaming(call_once(), once=variable_start()))
case("read_variable/never_assigned", never_assigned())
case("read_variable/no_handle", no_handle())
case("read_variable/another_shape", streaming(value=Tensor([1, 5], 0.05, -3)))
case("model/too_many_outputs", split_of(17))
case("svdf/uneven_rank", remembering(), on_options(rank=4))
case("svdf/weights_with_zero_point", remembering(), on_quantization(3, zeroPoint=[3]))
case("svdf/bias_of_another_scale", remembering(), on_quantization(4, scale=[0.5]))
case("svdf/state_that_is_not_kept", remembering(), on_tensor(5, isVariable=False), on_graph(inputs=[0, 5]))
case("svdf/shared_state", shared_state())
LSTM = "unidirectional_sequence_lstm"
case(f"{LSTM}/fused_relu", recurrent(), on_options(fusedActivationFunction=schema.ActivationFunctionType.RELU))
case(f"{LSTM}/peepholes", recurrent(), lambda tables: set_input(tables, 9, 10))
case(f"{LSTM}/state_of_another_size", recurrent(), on_tensor(14, shape=[2, 3]))
case(f"{LSTM}/weights_with_zero_point", recurrent(), on_quantization(2, zeroPoint=[3]))
case(f"{LSTM}/cells_of_another_scale", recurrent(), on_quantization(15, scale=[0.0005]))


# ---------------------------------------------------------------- warnings, and what is no mistake


def expanding():
    """A layer that gives a hundred times what it takes."""
    return single(fully_connected(random("ui"), Tensor([1, 64], 0.05, -3), 6400))


case("warning/open_batch", layer(), on_tensor(0, shapeSignature=[-1, 4]))
case("warning/one_tensor_is_most", unary("RELU", moved([1, 8192]), moved([1, 8192])))
for name in ["path/sound", "path/sounds_like_it", "macro/1st_model", "macro/sound", "types/sound"]:
    raw(name, sound)


import make_operators  # noqa: E402, F401
import make_signals  # noqa: E402, F401
import make_types  # noqa: E402, F401
