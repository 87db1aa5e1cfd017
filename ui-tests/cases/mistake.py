"""What the models of the ui tests are made with: a sound model, and ways to change it."""

import sys
from pathlib import Path

import flatbuffers

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parents[1] / "tests" / "ops"))
from builders import fully_connected, single
from golden import Tensor, random, schema, serialize


def layer(**tensor):
    """A model of one small layer."""
    return single(fully_connected(random("ui"), Tensor([1, 4], 0.05, -3, **tensor), 2))


def raw(name, file):
    """A file for programs that a person wrote."""
    HERE.joinpath(name).parent.mkdir(exist_ok=True)
    HERE.joinpath(f"{name}.tflite").write_bytes(file)


def write(name, file):
    """A file that has one mistake, and a program that uses it unless a person wrote one."""
    raw(name, file)
    program = HERE / f"{name}.rs"
    if not program.exists():
        program.write_text(f'tiny_model::tiny_model!("{Path(name).name}.tflite");\n\nfn main() {{}}\n')


def case(name, model, *changes):
    """A model with one mistake: in itself, or after changes to the tables of its file."""
    write(name, changed(model, *changes) if changes else serialize(model))


def changed(model, *changes):
    """The file of a model after changes to its tables."""
    tables = schema.ModelT.InitFromObj(schema.Model.GetRootAs(serialize(model), 0))
    for change in changes:
        change(tables)
    builder = flatbuffers.Builder(1024)
    builder.Finish(tables.Pack(builder), file_identifier=b"TFL3")
    return bytes(builder.Output())


def on_graph(**fields):
    """Sets fields of the graph."""
    return lambda tables: update(tables.subgraphs[0], fields)


def on_operator(index=0, **fields):
    """Sets fields of an operator."""
    return lambda tables: update(tables.subgraphs[0].operators[index], fields)


def on_options(index=0, **fields):
    """Sets options of an operator."""
    return lambda tables: update(tables.subgraphs[0].operators[index].builtinOptions, fields)


def on_code(**fields):
    """Sets fields of the code of the first kind of operator."""
    return lambda tables: update(tables.operatorCodes[0], fields)


def on_tensor(index, **fields):
    """Sets fields of a tensor."""
    return lambda tables: update(tables.subgraphs[0].tensors[index], fields)


def on_quantization(index, **fields):
    """Sets fields of a tensor's quantization."""
    return lambda tables: update(tables.subgraphs[0].tensors[index].quantization, fields)


def update(table, fields):
    for name, value in fields.items():
        assert hasattr(table, name), f"{type(table).__name__} has no {name}"
        setattr(table, name, value)


def custom(code):
    """Makes every operator a custom one."""

    def change(tables):
        kind = schema.BuiltinOperator.CUSTOM
        tables.operatorCodes = [
            schema.OperatorCodeT(builtinCode=kind, deprecatedBuiltinCode=kind, customCode=code)
        ]
        for operator in tables.subgraphs[0].operators:
            operator.builtinOptions, operator.builtinOptionsType = None, 0

    return change


def repeated(**counts):
    """The file of a sound model with one table many times in lists of these names, all of them offsets to
    the same place: as few bytes as the format allows."""
    tables = schema.ModelT.InitFromObj(schema.Model.GetRootAs(serialize(layer()), 0))
    for name, count in counts.items():
        table = tables if name == "subgraphs" else tables.subgraphs[0]
        setattr(table, name, [Once(getattr(table, name)[0])] * count)
    builder = flatbuffers.Builder(1024)
    builder.Finish(tables.Pack(builder), file_identifier=b"TFL3")
    return bytes(builder.Output())


class Once:
    """A table that is written once, however often it is in lists."""

    def __init__(self, table):
        self.table, self.offset = table, None

    def Pack(self, builder):
        if self.offset is None:
            self.offset = self.table.Pack(builder)
        return self.offset
