"""Float models with constants that are multiplied and added beside operators with weights, as batch normalization
leaves them, and their outputs by LiteRT's reference kernels. `make.py` calls this."""

import numpy as np
from ai_edge_litert import schema_py_generated as schema

T, B, O = schema.TensorType, schema.BuiltinOperator, schema.BuiltinOptions
NONE, RELU = schema.ActivationFunctionType.NONE, schema.ActivationFunctionType.RELU
SHAPE, CHANNELS = (1, 5, 4, 3), 4


class Builder:
    """One operator after the other, each on the output of the one before."""

    def __init__(self, seed, shape=SHAPE):
        self.random = np.random.default_rng(seed)
        self.model, self.graph = schema.ModelT(), schema.SubGraphT()
        self.model.version, self.model.subgraphs, self.model.buffers = 3, [self.graph], [schema.BufferT()]
        self.model.operatorCodes, self.graph.tensors, self.graph.operators = [], [], []
        self.last = self.tensor(shape)
        self.graph.inputs = [self.last]

    def tensor(self, shape, values=None):
        tensor = schema.TensorT()
        tensor.shape, tensor.type, tensor.name = list(shape), T.FLOAT32, f"tensor_{len(self.graph.tensors)}"
        if values is not None:
            buffer = schema.BufferT()
            buffer.data = list(np.asarray(values, np.float32).tobytes())
            self.model.buffers.append(buffer)
            tensor.buffer = len(self.model.buffers) - 1
        self.graph.tensors.append(tensor)
        return len(self.graph.tensors) - 1

    def constant(self, *shape):
        return self.tensor(shape, self.random.uniform(-1.5, 1.5, shape))

    def shape(self):
        return self.graph.tensors[self.last].shape

    def operator(self, name, kind, options, inputs, shape):
        code = schema.OperatorCodeT()
        code.builtinCode = code.deprecatedBuiltinCode = getattr(B, name)
        code.version = 1
        self.model.operatorCodes.append(code)
        operator = schema.OperatorT()
        operator.opcodeIndex = len(self.model.operatorCodes) - 1
        operator.builtinOptionsType, operator.builtinOptions = kind, options
        operator.inputs = inputs
        self.last = self.tensor(shape)
        operator.outputs = [self.last]
        self.graph.operators.append(operator)

    def window(self, options, padding, activation, shape):
        options.padding, options.fusedActivationFunction = getattr(schema.Padding, padding), activation
        options.strideH = options.strideW = options.dilationHFactor = options.dilationWFactor = 1
        return [1, shape[1] - 2, shape[2] - 2] if padding == "VALID" else list(shape[:3])

    def convolution(self, padding="SAME", activation=NONE):
        shape, options = self.shape(), schema.Conv2DOptionsT()
        to = self.window(options, padding, activation, shape)
        inputs = [self.last, self.constant(CHANNELS, 3, 3, shape[3]), self.constant(CHANNELS)]
        self.operator("CONV_2D", O.Conv2DOptions, options, inputs, to + [CHANNELS])

    def depthwise(self, padding="SAME", activation=NONE):
        shape, options = self.shape(), schema.DepthwiseConv2DOptionsT()
        to = self.window(options, padding, activation, shape)
        options.depthMultiplier, units = 2, 2 * shape[3]
        inputs = [self.last, self.constant(1, 3, 3, units), self.constant(units)]
        self.operator("DEPTHWISE_CONV_2D", O.DepthwiseConv2DOptions, options, inputs, to + [units])

    def dense(self, bias=True):
        options = schema.FullyConnectedOptionsT()
        weights = self.constant(CHANNELS, self.shape()[-1])
        inputs = [self.last, weights, self.constant(CHANNELS) if bias else -1]
        self.operator("FULLY_CONNECTED", O.FullyConnectedOptions, options, inputs, [self.shape()[0], CHANNELS])

    def binary(self, name, turned=False, activation=NONE, one=False):
        options = getattr(schema, f"{name.capitalize()}OptionsT")()
        options.fusedActivationFunction = activation
        values = self.constant(1) if one else self.constant(self.shape()[-1])
        inputs = [values, self.last] if turned else [self.last, values]
        self.operator(name, getattr(O, f"{name.capitalize()}Options"), options, inputs, self.shape())

    def finished(self):
        self.graph.outputs = [self.last]
        return self.model


def models():
    def model(seed, *steps, **kwargs):
        builder = Builder(seed, **kwargs)
        for step in steps:
            step(builder)
        return builder.finished()

    return {
        "after_convolution": model(1, Builder.convolution, lambda m: m.binary("MUL"), lambda m: m.binary("ADD")),
        "after_no_bias": model(
            2, lambda m: m.dense(bias=False), lambda m: m.binary("SUB", turned=True), shape=(3, 6)
        ),
        "after_depthwise": model(3, Builder.depthwise, lambda m: m.binary("DIV"), lambda m: m.binary("SUB")),
        "after_relu": model(4, lambda m: m.convolution(activation=RELU), lambda m: m.binary("MUL"), Builder.convolution),
        "before_convolution": model(
            5, lambda m: m.binary("SUB"), lambda m: m.binary("MUL", one=True), lambda m: m.convolution("VALID")
        ),
        "before_depthwise": model(
            6, lambda m: m.binary("MUL"), lambda m: m.binary("ADD"), lambda m: m.depthwise("VALID")
        ),
        # Zeros around the picture are not what is added, so that nothing is folded.
        "before_padding": model(7, lambda m: m.binary("MUL"), lambda m: m.binary("ADD"), Builder.convolution),
        "before_dense": model(8, lambda m: m.binary("ADD"), Builder.dense, lambda m: m.binary("MUL"), shape=(3, 6)),
        "with_relu": model(9, Builder.convolution, lambda m: m.binary("ADD", activation=RELU), Builder.depthwise),
    }
