from builders import unary
from golden import Cases, Model, Op, Tensor, schema

cases = Cases(__file__)


def case(name, scale, zero_point, dtype="int8", shape=(1, 256), **values):
    x = Tensor(list(shape), scale, zero_point, dtype, **values)
    y = Tensor(list(shape), dtype="float32")
    cases.write(name, unary("DEQUANTIZE", x, y, schema.DequantizeOptionsT()))


def after(name, kind, x, y, options=None, **values):
    """As in models with float outputs: the network, then DEQUANTIZE."""
    source = Tensor([2, 3, 4, 5], *x, **values)
    middle = Tensor([2, 3, 4, 5], *y, source.dtype)
    target = Tensor([2, 3, 4, 5], dtype="float32")
    ops = [Op(kind, [source], [middle], options), Op("DEQUANTIZE", [middle], [target], schema.DequantizeOptionsT())]
    cases.write(name, Model([source], [target], ops))


def also_used_inside(name):
    """What becomes a float output is read by the network too."""
    x, y, z = Tensor([2, 15], 0.05, 4), Tensor([2, 15], 0.07, -2), Tensor([2, 15], 0.09, 1)
    real = Tensor([2, 15], dtype="float32")
    ops = [
        Op("ADD", [x, x], [y], schema.AddOptionsT()),
        Op("DEQUANTIZE", [y], [real], schema.DequantizeOptionsT()),
        Op("ADD", [x, y], [z], schema.AddOptionsT()),
    ]
    cases.write(name, Model([x], [real, z], ops))


case("int8", 0.05, -3, every=True)
case("int8_lowest_zero_point", 1 / 256, -128, every=True)
case("int8_highest_zero_point", 0.037, 127, every=True)
case("int8_scale_tiny", 1.3e-6, 5, every=True)
case("uint8", 0.05, 131, "uint8", every=True)
case("int16", 0.0003, 0, "int16")
case("int8_rank_4", 0.05, -3, shape=(1, 3, 4, 5))
after("after_relu", "RELU", (0.05, -30), (0.04, -128))
after("after_logistic", "LOGISTIC", (0.05, 4), (1 / 256, -128))
after("after_softmax", "SOFTMAX", (0.02, 4), (1 / 256, -128), schema.SoftmaxOptionsT(beta=1.0))
after("after_tanh_int16", "TANH", (1 / 4096, 0), (1 / 32768, 0), dtype="int16")
also_used_inside("int8_also_used_inside")
