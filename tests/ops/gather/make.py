import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
import numpy as np
from builders import moved, random_constant
from golden import Cases, Model, Op, Tensor, constant, like, random, schema

cases = Cases(__file__)


def case(name, shape, positions, axis=0, batch_dims=0, table=False):
    """`positions` are the shape of an input, or a constant array; `table` makes the other one a constant."""
    x = random_constant(random(name), shape, 0.05, -3) if table else moved(shape)
    rank = len(shape)
    along = shape[axis % rank]
    if isinstance(positions, tuple):
        chosen = Tensor(list(positions), dtype="int32", between=(0, along - 1))
    else:
        chosen = constant(positions, dtype="int32")
    batch = batch_dims % (len(chosen.shape) + 1) if batch_dims < 0 else batch_dims
    at = axis % rank
    y = like(x, [*shape[:at], *chosen.shape[batch:], *shape[at + 1 :]])
    options = schema.GatherOptionsT(axis=axis, batchDims=batch_dims)
    inputs = [t for t in (x, chosen) if t.data is None]
    cases.write(name, Model(inputs, [y], [Op("GATHER", [x, chosen], [y], options)]))


case("rows", (6, 5), (4,))
case("rows_of_a_table", (30, 5), (4,), table=True)
case("rows_of_a_table_rank_2", (30, 5), (2, 3), table=True)
case("columns", (3, 8), (5,), axis=1)
case("columns_negative", (3, 8), (5,), axis=-1)
case("middle", (2, 6, 4), (3,), axis=1)
case("rank_2_positions", (2, 6, 4), (2, 3), axis=1)
case("rank_4", (2, 3, 4, 5), (6,), axis=2)
case("constant_positions", (6, 5), np.array([5, 0, 3, 3]))
case("constant_columns", (3, 8), np.array([[7, 1], [0, 7]]), axis=1)
case("batch_dims_1", (3, 6, 4), (3, 2), axis=1, batch_dims=1)
case("batch_dims_1_axis_2", (3, 2, 6, 4), (3, 5), axis=2, batch_dims=1)
case("batch_dims_2", (2, 3, 6), (2, 3, 4), axis=2, batch_dims=2)

# One position, a scalar, takes away the axis.
x, position = moved((4, 9)), Tensor([], dtype="int32", between=(0, 3))
y = like(x, [9])
cases.write("one_row", Model([x, position], [y], [Op("GATHER", [x, position], [y], schema.GatherOptionsT())]))
