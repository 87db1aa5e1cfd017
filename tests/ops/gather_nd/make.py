import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
import numpy as np
from builders import moved
from golden import Cases, Model, Op, Tensor, constant, like, schema

cases = Cases(__file__)


def case(name, shape, positions):
    """`positions` are the shape of an input, or a constant array."""
    x = moved(shape)
    if isinstance(positions, tuple):
        chosen = Tensor(list(positions), dtype="int32", between=(0, min(shape[: positions[-1]]) - 1))
    else:
        chosen = constant(positions, dtype="int32")
    y = like(x, [*chosen.shape[:-1], *shape[chosen.shape[-1] :]])
    inputs = [t for t in (x, chosen) if t.data is None]
    cases.write(name, Model(inputs, [y], [Op("GATHER_ND", [x, chosen], [y], schema.GatherNdOptionsT())]))


case("elements_of_a_matrix", (5, 7), (9, 2))
case("rows", (6, 5), (4, 1))
case("slices", (4, 5, 6), (3, 2))
case("rank_3_positions", (4, 5, 6), (2, 3, 2))
case("elements_of_rank_4", (3, 4, 5, 6), (12, 4))
case("elements_of_a_vector", (9,), (12, 1))
case("constant_elements", (3, 5), np.array([[2, 4], [0, 0], [2, 1], [1, 3]]))
case("constant_rows", (3, 5, 2), np.array([[2], [0]]))
