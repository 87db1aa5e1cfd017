import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
from builders import assign, handle, moved, random_constant, read, total
from golden import Cases, Model, Op, integers, like, random, schema

cases = Cases(__file__)


def reshaped(x, shape):
    y = like(x, shape)
    return Op("RESHAPE", [x, integers(*shape)], [y], schema.ReshapeOptionsT(newShape=list(shape)))


def twice(name):
    """Of two assignments, the last one stays."""
    x, variable = moved((1, 8)), handle("v")
    old = read(variable, x)
    first = total(x, old.outputs[0])
    second = total(x, first.outputs[0], 0.07, 4)
    ops = [variable, old, first, assign(variable, first.outputs[0]), second, assign(variable, second.outputs[0])]
    cases.write(name, Model([x], old.outputs + second.outputs, ops))


def back(name):
    """A variable gets another value for a moment, and then its own again."""
    x, variable = moved((1, 8)), handle("v")
    old = read(variable, x)
    new = read(variable, x)
    sums = total(old.outputs[0], new.outputs[0])
    ops = [variable, old, assign(variable, x), new, sums, assign(variable, old.outputs[0])]
    cases.write(name, Model([x], sums.outputs, ops))


def swap(name):
    """Two variables exchange their values, and one of them takes in the input."""
    x, a, b = moved((1, 5)), handle("a"), handle("b")
    old_a, old_b = read(a, x), read(b, x)
    mixed = total(old_a.outputs[0], x)
    ops = [a, b, old_a, old_b, mixed, assign(a, old_b.outputs[0]), assign(b, mixed.outputs[0])]
    cases.write(name, Model([x], mixed.outputs, ops))


def exchange(name):
    """Two variables exchange their values, which nothing else changes after the first step."""
    x, a, b = moved((1, 5)), handle("a"), handle("b")
    old_a, old_b = read(a, x), read(b, x)
    mixed = total(x, old_a.outputs[0])
    ops = [a, b, old_a, old_b, mixed, assign(a, old_b.outputs[0]), assign(b, old_a.outputs[0]), assign(b, x)]
    cases.write(name, Model([x], mixed.outputs, ops))


def late(name):
    """The old value is read, in another shape, long after a new one was assigned."""
    x, variable = moved((2, 6)), handle("v")
    old = read(variable, x)
    flat = reshaped(old.outputs[0], (1, 12))
    wide = reshaped(x, (1, 12))
    sums = total(wide.outputs[0], flat.outputs[0])
    ops = [variable, old, flat, assign(variable, x), wide, sums]
    cases.write(name, Model([x], sums.outputs, ops))


def fixed(name):
    """A constant is assigned, so that only the first step finds the zero point."""
    x, variable = moved((1, 6)), handle("v")
    value = random_constant(random(name), (1, 6), x.scale, x.zero_point)
    old = read(variable, x)
    sums = total(x, old.outputs[0])
    cases.write(name, Model([x], sums.outputs, [variable, old, sums, assign(variable, value)]))


def unread(name):
    """What nobody reads need not be kept."""
    x, variable = moved((1, 6)), handle("v")
    y = total(x, x)
    cases.write(name, Model([x], y.outputs, [variable, y, assign(variable, y.outputs[0])]))


twice("twice")
back("back")
swap("swap")
exchange("exchange")
late("late")
fixed("constant")
unread("unread")
