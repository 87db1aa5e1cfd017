import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
from builders import moved
from golden import Cases, Model, Op, Tensor, like, schema

cases = Cases(__file__)


def added(name, shape):
    """The zeros are integers, whatever the zero point."""
    x = Tensor(list(shape), 0.05, -30)
    zeros, y = like(x), Tensor(list(shape), 0.07, 5)
    ops = [Op("ZEROS_LIKE", [x], [zeros], schema.ZerosLikeOptionsT()), Op("ADD", [x, zeros], [y], schema.AddOptionsT())]
    cases.write(name, Model([x], [y], ops))


added("added", (2, 20))
added("added_rank_4", (1, 2, 3, 5))
for dtype in ("int8", "int32"):
    x = moved((2, 3), dtype)
    zeros = like(x)
    op = Op("ZEROS_LIKE", [x], [zeros], schema.ZerosLikeOptionsT())
    cases.write(f"as_output_{dtype}", Model([x], [zeros], [op]), saturates="zeros")
