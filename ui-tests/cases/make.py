"""Write the models of the ui tests: each has one mistake, and is named for it.

Run it in the virtual environment of `tests/ops/requirements.txt`.
"""

import sys
from pathlib import Path

import flatbuffers
import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parents[1] / "tests" / "ops"))
from builders import fully_connected, single
from golden import Model, Op, Tensor, constant, random, schema, serialize


def layer(**tensor):
    """A model of one small layer."""
    return single(fully_connected(random("ui"), Tensor([1, 4], 0.05, -3, **tensor), 2))


def write(name, file):
    HERE.joinpath(f"{name}.tflite").write_bytes(file)


def changed(change, model=None):
    """The file of a model after `change` was made to its tables."""
    file = serialize(model or layer())
    tables = schema.ModelT.InitFromObj(schema.Model.GetRootAs(file, 0))
    change(tables)
    builder = flatbuffers.Builder(1024)
    builder.Finish(tables.Pack(builder), file_identifier=b"TFL3")
    return bytes(builder.Output())


def custom(code):
    """Makes every operator a custom one."""

    def change(tables):
        placeholder = schema.BuiltinOperator.CUSTOM
        tables.operatorCodes = [
            schema.OperatorCodeT(builtinCode=placeholder, deprecatedBuiltinCode=placeholder, customCode=code)
        ]
        for operator in tables.subgraphs[0].operators:
            operator.builtinOptions, operator.builtinOptionsType = None, 0

    return change


def without_scales(tables):
    for tensor in tables.subgraphs[0].tensors:
        tensor.quantization = None


def stretched(tables):
    tables.subgraphs[0].tensors[0].shape = [1, 5]


def endless(tables):
    tables.subgraphs[0].tensors[0].shape = [1, -1]


def cut_weights(tables):
    weights = max(tables.buffers, key=lambda buffer: 0 if buffer.data is None else len(buffer.data))
    weights.data = weights.data[:-1]


def newer(tables):
    tables.version = 4


def float_model():
    x, y = Tensor([1, 4], dtype="float32"), Tensor([1, 2], dtype="float32")
    weights = constant(np.ones((2, 4)), dtype="float32")
    options = schema.FullyConnectedOptionsT()
    return Model([x], [y], [Op("FULLY_CONNECTED", [x, weights, None], [y], options)])


def three_problems():
    """A float layer, a layer without a kernel, and one whose weights are computed."""
    x, y = Tensor([1, 4], 0.05, -3), Tensor([1, 4], 0.05, -3)
    z, real = Tensor([1, 4], 0.05, -3), Tensor([1, 4], dtype="float32")
    return Model(
        [x],
        [z],
        [
            Op("COS", [x], [real]),
            Op("NEG", [real], [y], schema.NegOptionsT()),
            Op("FULLY_CONNECTED", [y, y, None], [z], schema.FullyConnectedOptionsT()),
        ],
    )


def shape_at_run_time():
    x, shape = Tensor([1, 4], 0.05, -3), Tensor([2], dtype="int32")
    y = Tensor([2, 2], 0.05, -3)
    return Model([x, shape], [y], [Op("RESHAPE", [x, shape], [y], schema.ReshapeOptionsT())])


sound = serialize(layer())
write("sound", sound)
write("cut_off", sound[: len(sound) // 2])
write("lfs_pointer", b"version https://git-lfs.github.com/spec/v1\noid sha256:0123\nsize 53936\n")
write("web_page", b"<!DOCTYPE html>\n<html><body>model.tflite</body></html>\n")
write("empty", b"")
write("keras", b"\x89HDF\r\n\x1a\n" + bytes(64))
write("newer_schema", changed(newer))
write("float_model", serialize(float_model()))
write("three_problems", serialize(three_problems()))
write("compiled_for_ethos_u", changed(custom("ethos-u")))
write("custom_operator", changed(custom("MyOwnLayer")))
write("no_quantization", changed(without_scales))
write("wrong_shape", changed(stretched))
write("dynamic_shape", changed(endless))
write("short_buffer", changed(cut_weights))
write("shape_at_run_time", serialize(shape_at_run_time()))
write("1st_model", sound)
