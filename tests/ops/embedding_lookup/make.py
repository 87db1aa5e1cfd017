import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
import numpy as np
from builders import moved, random_constant
from golden import Cases, Model, Op, Tensor, constant, like, random, schema

cases = Cases(__file__)


def case(name, shape, count, table=True, positions=None):
    x = random_constant(random(name), shape, 0.05) if table else moved(shape)
    chosen = Tensor([count], dtype="int32", between=(0, shape[0] - 1))
    if positions is not None:
        chosen = constant(positions, dtype="int32")
    y = like(x, [count, *shape[1:]])
    inputs = [t for t in (chosen, x) if t.data is None]
    cases.write(name, Model(inputs, [y], [Op("EMBEDDING_LOOKUP", [chosen, x], [y])]))


case("words", (40, 6), 5)
case("one_word", (40, 16), 1)
case("rank_3", (10, 3, 4), 6)
case("table_computed", (7, 5), 4, table=False)
case("constant_numbers", (7, 5), 4, table=False, positions=np.array([6, 0, 0, 3]))
