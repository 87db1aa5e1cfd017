import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
from builders import assign, handle, moved, read, total
from golden import Cases, Model

cases = Cases(__file__)


def delay(name, shape, dtype):
    """What went in one step before."""
    x, variable = moved(shape, dtype), handle("last")
    last = read(variable, x)
    cases.write(name, Model([x], last.outputs, [variable, last, assign(variable, x)]))


def old_and_new(name, shape, dtype="int8"):
    """Both values of a variable, the old one read again after the new one was assigned."""
    x, variable = moved(shape, dtype), handle("last")
    old, new = read(variable, x), read(variable, x)
    both = total(old.outputs[0], new.outputs[0])
    ops = [variable, old, assign(variable, x), new, both]
    cases.write(name, Model([x], [both.outputs[0], old.outputs[0], new.outputs[0]], ops))


def running_sum(name, shape, dtype="int8"):
    x, variable = moved(shape, dtype), handle("sum")
    old = read(variable, x)
    new = total(x, old.outputs[0])
    cases.write(name, Model([x], new.outputs, [variable, old, new, assign(variable, new.outputs[0])]))


delay("delay_int8", (1, 6), "int8")
delay("delay_int16", (3, 5), "int16")
delay("delay_int32", (2, 2, 2), "int32")
delay("delay_one", (1,), "int8")
old_and_new("old_and_new", (1, 7))
old_and_new("old_and_new_int16", (1, 7), "int16")
running_sum("running_sum", (1, 4, 3))
