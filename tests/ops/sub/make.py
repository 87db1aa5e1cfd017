import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
from elementwise import arithmetic_cases
from golden import Cases, schema


def fit(a, b, dtype):
    return 1.4 * max(a, b)


arithmetic_cases(Cases(__file__), "SUB", schema.SubOptionsT, fit, narrow=0.008)
