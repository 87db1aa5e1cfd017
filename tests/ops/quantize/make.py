from builders import ACTIVATION, unary
from golden import Cases, Model, Op, Tensor, constant, random, schema

cases = Cases(__file__)


def case(name, x, y, x_type="int8", y_type="int8", shape=(1, 4, 8, 8), saturates=None, **values):
    """`x` and `y` are scale and zero point; a float `x` has neither."""
    source = Tensor(list(shape), *x, dtype=x_type, **values)
    target = Tensor(list(shape), *y, dtype=y_type)
    cases.write(name, unary("QUANTIZE", source, target, schema.QuantizeOptionsT()), saturates)


def feeding_fully_connected(name, y, y_type, w_type="int8", bias_type="int32"):
    """As in models with float inputs: QUANTIZE first, then the network."""
    rng = random(name)
    x = Tensor([1, 9], dtype="float32", between=(-6, 7))
    q = Tensor([1, 9], *y, dtype=y_type)
    w = constant(rng.integers(-127, 127, (6, 9), endpoint=True), 0.01, dtype=w_type)
    b = constant(rng.integers(-5000, 5000, 6), y[0] * 0.01, dtype=bias_type)
    z = Tensor([1, 6], y[0] * 0.01 * 300 * (256 if y_type == "int16" else 1), y[1], y_type)
    options = schema.FullyConnectedOptionsT(fusedActivationFunction=ACTIVATION["NONE"])
    ops = [Op("QUANTIZE", [x], [q], schema.QuantizeOptionsT()), Op("FULLY_CONNECTED", [q, w, b], [z], options)]
    cases.write(name, Model([x], [z], ops))


def twice(name, y):
    """A float input that two operators quantize alike."""
    x = Tensor([1, 30], dtype="float32", between=(-6, 7))
    a, b = Tensor([1, 30], *y), Tensor([1, 30], *y)
    z = Tensor([1, 30], y[0] * y[0] * 100, 5)
    quantized = [Op("QUANTIZE", [x], [q], schema.QuantizeOptionsT()) for q in (a, b)]
    cases.write(name, Model([x], [z], [*quantized, Op("MUL", [a, b], [z], schema.MulOptionsT())]))


ALL = dict(shape=(1, 256), every=True)
case("int8_to_finer_int8", (0.05, -3), (0.031, 11), **ALL)
case("int8_to_coarser_int8", (0.05, -3), (0.12, -40), **ALL)
case("int8_to_other_zero_point", (0.05, -3), (0.05, 30), **ALL)
case("int8_to_same_int8", (0.05, -3), (0.05, -3), **ALL)
case("int8_to_int8_nearly_equal_scale", (0.05, -3), (0.0501, -3), **ALL)
case("int8_to_int8_zero_points_at_both_ends", (0.05, -128), (0.06, 127), **ALL, saturates="one sign is lost")
case("int8_to_int8_multiplier_over_16", (0.05, 4), (0.003, -9), **ALL, saturates="most values clip")
case("int8_to_uint8", (0.05, -3), (0.05, 125), y_type="uint8", **ALL)
case("int8_to_uint8_rescaled", (0.05, -3), (0.06, 100), y_type="uint8", **ALL)
case("uint8_to_int8", (0.05, 125), (0.05, -3), "uint8", **ALL)
case("uint8_to_int8_rescaled", (0.05, 131), (0.07, -3), "uint8", **ALL)
case("uint8_to_int8_usual_image", (1 / 255, 0), (1 / 255, -128), "uint8", **ALL)
case("int8_to_int16", (0.05, -3), (0.0004, 0), y_type="int16", **ALL)
case("int8_to_int32", (0.05, -3), (0.00001, 0), y_type="int32", **ALL)
case("int16_to_int8", (0.0003, 0), (0.08, -3), "int16")
case("int16_to_int8_lowest_zero_point", (0.0003, 0), (0.04, -128), "int16")
case("int16_to_int16", (0.0003, 0), (0.0005, 0), "int16", "int16")
case("int16_to_finer_int16", (0.0003, 0), (0.0002, 0), "int16", "int16")
case("int16_to_int32", (0.0003, 0), (0.000001, 0), "int16", "int32")
case("int32_to_int8", (0.00001, 0), (0.04, -3), "int32", between=(-500000, 500000))
case("int32_to_int16", (0.00001, 0), (0.0002, 0), "int32", "int16", between=(-500000, 500000))
case("float32_to_int8", (), (0.05, -3), "float32", between=(-7, 7.5))
case("float32_to_int8_halves", (), (0.125, -3), "float32", between=(-15.6, 16.2), grid=0.0625)
case("float32_to_int8_lowest_zero_point", (), (1 / 255, -128), "float32", between=(-0.1, 1.1))
case("float32_to_int16", (), (0.0003, 0), "float32", "int16", between=(-10, 10))
feeding_fully_connected("float32_to_int8_then_fully_connected", (0.05, -3), "int8")
feeding_fully_connected("float32_to_int16_then_fully_connected", (0.0003, 0), "int16", bias_type="int64")
twice("float32_to_int8_twice", (0.05, -3))
