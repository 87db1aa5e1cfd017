import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
import litert
from builders import moved
from golden import Cases, Model, Op, integers, like, schema

cases = Cases(__file__)


def case(name, shape, to, given=None, by="input", dtype="int8", oracle=None):
    """The shape, with -1 in it perhaps, is `given` by an input, by the options, by both or by neither."""
    x = moved(shape, dtype)
    y = like(x, list(to))
    given = list(to if given is None else given)
    operands = [x, integers(*given)] if by in ("input", "both") else [x]
    options = schema.ReshapeOptionsT(newShape=given) if by in ("options", "both") else schema.ReshapeOptionsT()
    cases.write(name, Model([x], [y], [Op("RESHAPE", operands, [y], None if by == "neither" else options)]), oracle=oracle)


case("flatten", (1, 3, 4, 5), (1, 60))
case("flatten_batch_unknown", (2, 3, 4, 5), (2, 60), (-1, 60))
case("flatten_rest_unknown", (2, 3, 4, 5), (2, 60), (2, -1))
case("by_options", (1, 3, 4, 5), (1, 12, 5), by="options")
case("by_options_unknown", (1, 3, 4, 5), (5, 12), (-1, 12), by="options")
case("by_both", (1, 3, 4, 5), (4, 15), by="both")
case("no_options", (1, 3, 4, 5), (4, 15), by="neither")
case("to_rank_1", (2, 3, 4), (24,))
case("to_rank_1_unknown", (2, 3, 4), (24,), (-1,))
case("to_rank_5", (4, 15), (1, 2, 2, 3, 5))
case("from_rank_1", (30,), (1, 5, 6, 1))
case("same_shape", (1, 4, 6), (1, 4, 6))
case("int16", (1, 3, 4, 5), (12, 5), dtype="int16")
case("int32", (1, 12), (3, 4), dtype="int32")
case("uint8", (1, 3, 4, 5), (1, 60), dtype="uint8", oracle=litert.run)
