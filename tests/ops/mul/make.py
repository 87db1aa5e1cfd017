import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
from elementwise import arithmetic_cases
from golden import Cases, schema


def fit(a, b, dtype):
    return a * b * (25000 if dtype == "int16" else 100)


arithmetic_cases(Cases(__file__), "MUL", schema.MulOptionsT, fit, narrow=0.014)
