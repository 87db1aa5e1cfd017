import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
from builders import moved
from golden import Cases, Model, Op, Tensor, constant, integers, schema

cases = Cases(__file__)


def case(name, shape, dtype="int8"):
    value = moved((), dtype)
    y = Tensor(list(shape), value.scale, value.zero_point, dtype)
    op = Op("FILL", [integers(*shape), value], [y], schema.FillOptionsT())
    cases.write(name, Model([value], [y], [op]), saturates="there is one value")


case("rank_1", (7,))
case("rank_3", (2, 3, 4))
case("one_element", (1, 1))
case("int32", (3, 5), "int32")

x = Tensor([2, 20], 0.05, -3)
table = Tensor([2, 20], 0.05, -3)
total = Tensor([2, 20], 0.09, 5)
fill = Op("FILL", [integers(2, 20), constant(-9, 0.05, -3)], [table], schema.FillOptionsT())
add = Op("ADD", [x, table], [total], schema.AddOptionsT())
cases.write("constant_value", Model([x], [total], [fill, add]))
