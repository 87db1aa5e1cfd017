import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
from golden import Cases
from reductions import extremum_cases

extremum_cases(Cases(__file__), "REDUCE_MAX")
