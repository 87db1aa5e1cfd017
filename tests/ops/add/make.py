import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
import litert
from elementwise import arithmetic_cases, binary
from golden import Cases, Tensor, schema


def fit(a, b, dtype):
    return 1.4 * max(a, b)


cases = Cases(__file__)
arithmetic_cases(cases, "ADD", schema.AddOptionsT, fit, narrow=0.008)

# uint8, of which these answers are LiteRT's.
for name, a_shape, b_shape in [("uint8", (1, 3, 4, 5), (1, 3, 4, 5)), ("uint8_broadcast", (1, 3, 4, 5), (5,))]:
    a, b = Tensor(list(a_shape), 0.05, 125, "uint8"), Tensor(list(b_shape), 0.04, 3, "uint8")
    y = Tensor([], 0.07, 100, "uint8")
    cases.write(name, binary("ADD", a, b, y, schema.AddOptionsT()), oracle=litert.run)
