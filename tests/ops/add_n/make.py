import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
from builders import random_constant
from golden import Cases, Model, Op, Tensor, random, schema

cases = Cases(__file__)


def case(name, count, shape=(1, 3, 4, 5), x=(0.05, -3), y=(0.12, 5), fixed=False, saturates=None):
    """`x` and `y` are scale and zero point; `fixed` makes the last operand a constant."""
    inputs = [Tensor(list(shape), *x) for _ in range(count - fixed)]
    constants = [random_constant(random(name), shape, *x)] if fixed else []
    target = Tensor(list(shape), *y)
    cases.write(name, Model(inputs, [target], [Op("ADD_N", inputs + constants, [target], schema.AddNOptionsT())]), saturates)


for count in range(2, 9):
    case(f"{count}_operands", count)
case("constant", 3, fixed=True)
case("rank_1", 3, (40,))
case("zero_point_zero", 2, x=(0.05, 0), y=(0.09, 0))
case("zero_point_lowest", 3, x=(0.05, -128), y=(0.2, -128))
case("zero_point_highest", 2, x=(0.05, 127), y=(0.2, 127))
case("saturates", 4, y=(0.01, 0), saturates="a small output scale clips most outputs")
x, target = Tensor([1, 30], 0.05, -3), Tensor([1, 30], 0.11, 5)
cases.write("operand_twice", Model([x], [target], [Op("ADD_N", [x, x], [target], schema.AddNOptionsT())]))
