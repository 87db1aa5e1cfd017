import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
from arguments import argument_cases
from golden import Cases, schema

argument_cases(Cases(__file__), "ARG_MAX", schema.ArgMaxOptionsT)
