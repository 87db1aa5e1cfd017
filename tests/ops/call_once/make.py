import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
from builders import assign, call_once, handle, initial, moved, random_constant, read, total
from golden import Cases, Model, random

cases = Cases(__file__)


def running(name, shape, dtype="int8", fill=None):
    """A running sum that starts at random values, or at one value."""
    x, variable = moved(shape, dtype), handle("sum")
    start = random_constant(random(name), shape, x.scale, x.zero_point, dtype)
    if fill is not None:
        start.data.fill(fill)
    old = read(variable, x)
    new = total(x, old.outputs[0])
    ops = [call_once(), variable, old, new, assign(variable, new.outputs[0])]
    cases.write(name, Model([x], old.outputs + new.outputs, ops, initial({"sum": start})))


def two(name):
    """Two variables, of which one starts at the zero point."""
    x, a, b = moved((1, 6)), handle("a"), handle("b")
    start = random_constant(random(name), (1, 6), x.scale, x.zero_point)
    old_a, old_b = read(a, x), read(b, x)
    sums = total(old_a.outputs[0], old_b.outputs[0])
    new = total(sums.outputs[0], x)
    ops = [a, b, call_once(), old_a, old_b, sums, new, assign(b, x), assign(a, new.outputs[0])]
    cases.write(name, Model([x], sums.outputs + new.outputs, ops, initial({"a": start})))


def kept(name):
    """A variable that nothing changes after the beginning."""
    x, variable = moved((2, 3)), handle("v")
    start = random_constant(random(name), (2, 3), x.scale, x.zero_point)
    old = read(variable, x)
    sums = total(x, old.outputs[0])
    cases.write(name, Model([x], sums.outputs, [call_once(), variable, old, sums], initial({"v": start})))


running("random", (1, 7))
running("random_int16", (1, 3, 3), "int16")
running("one_value", (1, 5), fill=-9)
running("all_zeros", (1, 5), fill=0)
two("two_variables")
kept("kept")
