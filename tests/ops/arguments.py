"""The cases of ARG_MAX and ARG_MIN."""

from golden import Model, Op, Tensor, integers, schema


def argument_cases(cases, kind, options):
    def case(name, shape, axis, between=None, saturates=None):
        x = Tensor(list(shape), 0.05, -3, between=between)
        y = Tensor([n for i, n in enumerate(shape) if i != axis % len(shape)], dtype="int32")
        output = options(outputType=schema.TensorType.INT32)
        cases.write(name, Model([x], [y], [Op(kind, [x, integers(axis)], [y], output)]), saturates)

    case("last_axis", (3, 30), 1)
    case("last_axis_negative", (3, 4, 30), -1)
    case("first_axis", (20, 9), 0)
    case("middle_axis", (2, 20, 5), 1)
    case("height", (1, 15, 4, 3), 1)
    case("channels", (2, 3, 2, 21), 3)
    case("classes", (1, 12), 1, saturates="one index")
    case("rank_1", (40,), 0, saturates="one index")
    case("rank_5", (2, 1, 15, 2, 3), 2)
    case("equal_values", (6, 25), 1, between=(-2, 2), saturates="the first of equals is often 0")
