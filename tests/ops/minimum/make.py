import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
from elementwise import extremum_cases
from golden import Cases

extremum_cases(Cases(__file__), "MINIMUM")
