import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
from builders import unary
from golden import Cases, Tensor, schema

cases = Cases(__file__)
TYPES = ("int8", "int16", "int32")


def case(source, target):
    x, y = Tensor([2, 50], dtype=source), Tensor([2, 50], dtype=target)
    telling = "there are two values" if source == "bool" else None
    cases.write(f"{source}_to_{target}", unary("CAST", x, y, schema.CastOptionsT()), telling)


for source in (*TYPES, "bool"):
    for target in TYPES:
        case(source, target)
