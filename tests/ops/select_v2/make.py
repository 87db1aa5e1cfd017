import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
import numpy as np
from builders import moved, random_constant
from golden import Cases, Model, Op, Tensor, constant, like, random, schema

cases = Cases(__file__)
IMAGE = (2, 3, 4, 5)


def case(name, condition, yes=None, no=None, dtype="int8", fixed=""):
    """Shapes of the operands; `fixed` has the letters of those that are constants."""
    shapes = [condition, condition if yes is None else yes, condition if no is None else no]
    rng = random(name)
    operands = [Tensor(list(shapes[0]), dtype="bool"), moved(shapes[1], dtype), moved(shapes[2], dtype)]
    if "c" in fixed:
        operands[0] = constant(rng.integers(0, 2, shapes[0]), dtype="bool")
    if "n" in fixed:
        operands[2] = random_constant(rng, shapes[2], operands[2].scale, operands[2].zero_point, dtype)
    y = like(operands[1], list(np.broadcast_shapes(*shapes)))
    inputs = [t for t in operands if t.data is None]
    cases.write(name, Model(inputs, [y], [Op("SELECT_V2", operands, [y], schema.SelectV2OptionsT())]))


case("same_shape", IMAGE)
case("condition_per_channel", (5,), IMAGE, IMAGE)
case("condition_per_picture", (2, 1, 1, 1), IMAGE, IMAGE)
case("one_condition", (), IMAGE, IMAGE)
case("one_value_elsewhere", IMAGE, IMAGE, ())
case("constant_elsewhere", IMAGE, IMAGE, (), fixed="n")
case("constant_condition", IMAGE, fixed="c")
case("all_broadcast", (2, 1, 4, 1), (3, 1, 5), (4, 5))
case("rank_1", (40,))
case("rank_5", (2, 1, 3, 2, 2), (2, 3, 1, 2, 1), (2,))
case("int16", IMAGE, dtype="int16")
case("int16_broadcast", (5,), IMAGE, IMAGE, dtype="int16")
