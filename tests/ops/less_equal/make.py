import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
from comparisons import comparison_cases
from golden import Cases, schema

comparison_cases(Cases(__file__), "LESS_EQUAL", schema.LessEqualOptionsT)
