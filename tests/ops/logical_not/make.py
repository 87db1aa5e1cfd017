import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
from builders import unary
from golden import Cases, Tensor, schema

cases = Cases(__file__)
for name, shape in (("rank_1", [40]), ("rank_4", [1, 3, 4, 5])):
    x, y = Tensor(shape, dtype="bool"), Tensor(shape, dtype="bool")
    cases.write(name, unary("LOGICAL_NOT", x, y, schema.LogicalNotOptionsT()), "there are two values")
