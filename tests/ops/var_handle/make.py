import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
from builders import assign, handle, moved, read, total
from golden import Cases, Model

cases = Cases(__file__)


def case(name, first, second):
    """What is assigned by one handle is read by another, or is not."""
    x = moved((1, 6))
    old = read(first, x)
    sums = total(x, old.outputs[0])
    ops = [first, second, old, sums, assign(second, sums.outputs[0]), assign(first, x)]
    cases.write(name, Model([x], sums.outputs, ops[: 5 if first.options == second.options else 6]))


case("same_name", handle("a"), handle("a"))
case("other_name", handle("a"), handle("b"))
case("same_container", handle("a", "box"), handle("a", "box"))
