"""Write the float models of the ui tests, which are quantized while compiling, and their samples.

Run it in the virtual environment of `tests/ops/requirements.txt`.
"""

import numpy as np
from mistake import HERE, changed, layer, on_tensor, raw
from builders import ACTIVATION, unary
from golden import Model, Op, Tensor, constant, schema, serialize

FOLDER = HERE / "quantize"


def real(shape=(1, 4), dtype="float32"):
    return Tensor(list(shape), dtype=dtype)


def weights(*shape):
    return constant(np.linspace(-1, 1, int(np.prod(shape))).reshape(shape), dtype="float32")


def small():
    x, y = real(), real((1, 2))
    return Model([x], [y], [Op("FULLY_CONNECTED", [x, weights(2, 4), None], [y], schema.FullyConnectedOptionsT())])


def mixed():
    x, y, z = Tensor([1, 4], 0.05, -3), real(), real()
    return Model([x], [z], [Op("DEQUANTIZE", [x], [y], schema.DequantizeOptionsT()), Op("RELU", [y], [z])])


def state():
    options = schema.SVDFOptionsT()
    options.rank = 1
    kept = Tensor([1, 12], dtype="float32", variable=True)
    x, y = real(), real()
    return Model([x], [y], [Op("SVDF", [x, weights(4, 4), weights(4, 3), None, kept], [y], options)])


def cast():
    x, y, z = real(), real(), Tensor([1, 4], dtype="int32")
    return Model([x], [z], [Op("RELU", [x], [y]), Op("CAST", [y], [z], schema.CastOptionsT())])


def counted():
    x, y = real(), Tensor([1, 4], dtype="int32")
    return Model([x], [y], [Op("CAST", [x], [y], schema.CastOptionsT())])


def overflows():
    x, y, z = real(), real(), real()
    large = constant(np.full((1, 4), 3e38), dtype="float32")
    ops = [Op("MUL", [x, large], [y], schema.MulOptionsT()), Op("MUL", [y, large], [z], schema.MulOptionsT())]
    return Model([x], [z], ops)


def too_large():
    x, y = real((1, 1024, 1024, 16)), real((1, 1024, 1024, 16))
    options = schema.Conv2DOptionsT()
    options.strideH = options.strideW = options.dilationHFactor = options.dilationWFactor = 1
    return Model([x], [y], [Op("CONV_2D", [x, weights(16, 5, 5, 16), None], [y], options)])


def relu():
    x, y = real(), real()
    return Model([x], [y], [Op("RELU", [x], [y])])


UNIFORM = "calibrate = uniform(-1.0..=1.0);"
SAMPLES = {
    "wrong_shape": "1,2,3\n",
    "not_finite": "1,2,3,4\n1,NaN,3,4\n",
    "no_samples": "first,second,third,fourth\n",
    "good": "1,2,3,4\n-1,0.5,3,-4\n",
}
CASES = {
    "mixed": (mixed(), [UNIFORM]),
    "state": (state(), [UNIFORM]),
    "cast_inside": (cast(), [UNIFORM]),
    "overflows": (overflows(), [UNIFORM]),
    "too_large": (too_large(), [UNIFORM]),
    "counted": (counted(), [UNIFORM, "input: I1F7;"]),
    "small": (small(), None),
    "integer_model": (None, [UNIFORM]),
    "float16_input": (None, [UNIFORM]),
    "wrong_shape": ("small", ['calibrate = "wrong_shape.csv";']),
    "not_finite": ("small", ['calibrate = "not_finite.csv";']),
    "no_samples": ("small", ['calibrate = "no_samples.csv";']),
    "missing_samples": ("small", ['calibrate = "absent.npy";']),
    "other_bits": ("small", [UNIFORM, "input: I4F12;"]),
    "unsigned_16_bits": ("small", [UNIFORM, "bits = 16;", "output: U4F12;"]),
    "twelve_bits": ("small", [UNIFORM, "bits = 12;"]),
    "auto_without_limit": ("small", [UNIFORM, "bits = auto;"]),
    "auto_unknown_limit": ("small", [UNIFORM, "bits = auto;", "ram <= LIMIT;"]),
    "bits_of_words": ("small", [UNIFORM, "bits = many;"]),
    "no_fixed_type": ("small", [UNIFORM, "input: i8;"]),
    "empty_range": ("small", ["calibrate = uniform(1.0..=-1.0);"]),
    "too_noisy": ("small", ['calibrate = "good.csv";', "sqnr >= 150.0;"]),
    "unlabelled": ("small", ['calibrate = "good.csv";', "accuracy >= 0.9;"]),
}


def main():
    FOLDER.mkdir(exist_ok=True)
    raw("quantize/integer_model", serialize(layer()))
    for name, lines in SAMPLES.items():
        (FOLDER / f"{name}.csv").write_text(lines)
    half = dict(type=schema.TensorType.FLOAT16)
    raw("quantize/float16_input", changed(relu(), on_tensor(0, **half), on_tensor(1, **half)))
    for name, (model, settings) in CASES.items():
        if isinstance(model, Model):
            raw(f"quantize/{name}", serialize(model))
        if settings is not None:
            file = model if isinstance(model, str) else name
            lines = "\n".join(f"    {setting}" for setting in settings)
            program = f'tiny_model::tiny_model! {{\n    struct Model = "{file}.tflite";\n{lines}\n}}\n\nfn main() {{}}\n'
            (FOLDER / f"{name}.rs").write_text(program)


if __name__ == "__main__":
    main()
