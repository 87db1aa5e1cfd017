import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
from builders import binary
from golden import Cases, Tensor, schema

cases = Cases(__file__)


def case(name, a_shape, b_shape=None):
    left = Tensor(list(a_shape), dtype="bool")
    right = Tensor(list(a_shape if b_shape is None else b_shape), dtype="bool")
    model = binary("LOGICAL_OR", left, right, Tensor([], dtype="bool"), schema.LogicalOrOptionsT())
    cases.write(name, model, "there are two values")


case("same_shape", (2, 30))
case("broadcast_channels", (1, 3, 4, 5), (5,))
case("broadcast_both", (2, 1, 4, 5), (1, 3, 4, 1))
