import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
from builders import random_constant
from golden import Cases, Model, Op, Tensor, random, schema

cases = Cases(__file__)


def case(name, a_shape, b_shape, adj_x=False, adj_y=False, a=(0.05, -3), b=(0.04, 7), y=None, dtype="int8", fixed=False):
    """`a`, `b` and `y` are scale and zero point; `fixed` makes the right operand a constant."""
    left = Tensor(list(a_shape), *a, dtype)
    right = random_constant(random(name), b_shape, *b, dtype) if fixed else Tensor(list(b_shape), *b, dtype)
    rows, depth = (a_shape[-1], a_shape[-2]) if adj_x else a_shape[-2:]
    columns = b_shape[-2] if adj_y else b_shape[-1]
    ranks = max(len(a_shape), len(b_shape))
    batches = [
        max(shape[-axis] if len(shape) >= axis else 1 for shape in (a_shape, b_shape)) for axis in range(ranks, 2, -1)
    ]
    width = 256 if dtype == "int16" else 1
    scale = a[0] * b[0] * 74 * depth**0.5 * width * 1.5
    target = Tensor([*batches, rows, columns], *(y or (scale, 0 if dtype == "int16" else 5)), dtype)
    inputs = [t for t in (left, right) if t.data is None]
    options = schema.BatchMatMulOptionsT(adjX=adj_x, adjY=adj_y)
    cases.write(name, Model(inputs, [target], [Op("BATCH_MATMUL", [left, right], [target], options)]))


INT16 = dict(a=(0.0005, 0), b=(0.0004, 0), dtype="int16")
case("matrices", (4, 6), (6, 5))
case("transposed_left", (6, 4), (6, 5), adj_x=True)
case("transposed_right", (4, 6), (5, 6), adj_y=True)
case("transposed_both", (6, 4), (5, 6), adj_x=True, adj_y=True)
case("batch_3", (3, 4, 6), (3, 6, 5))
case("batch_3_transposed_right", (3, 4, 6), (3, 5, 6), adj_y=True)
case("broadcast_right", (3, 4, 6), (6, 5))
case("broadcast_right_batch_1", (3, 4, 6), (1, 6, 5))
case("broadcast_left", (4, 6), (3, 6, 5))
case("broadcast_both", (2, 1, 4, 3), (1, 3, 3, 5))
case("rank_5", (2, 1, 2, 3, 4), (1, 3, 2, 4, 2))
case("attention_scores", (1, 2, 6, 8), (1, 2, 6, 8), adj_y=True)
case("vector_times_matrix", (1, 9), (9, 7))
case("one_by_one", (5, 1), (1, 4))
case("constant_right", (3, 6), (6, 5), fixed=True)
case("constant_right_transposed", (2, 3, 6), (5, 6), adj_y=True, fixed=True)
case("zero_points_at_both_ends", (4, 6), (6, 5), a=(0.05, -128), b=(0.04, 127), y=(4.0, 100))
case("zero_points_zero", (4, 6), (6, 5), a=(0.05, 0), b=(0.04, 0))
case("int16", (4, 6), (6, 5), **INT16)
case("int16_batch_2_transposed_right", (2, 4, 6), (2, 5, 6), adj_y=True, **INT16)
case("int16_long", (2, 300), (300, 3), **INT16)
