import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
from builders import single, svdf
from golden import Cases, Model, Tensor, random

cases = Cases(__file__)


def case(name, x_shape, units, memory, x_zero_point=-3, saturates=None, **options):
    x = Tensor(list(x_shape), 0.05, x_zero_point)
    cases.write(name, single(svdf(random(name), x, units, memory, **options)), saturates)


def chain(name, **options):
    rng = random(name)
    x = Tensor([1, 12], 0.05, -3)
    first = svdf(rng, x, 7, 3, y_zero_point=-20, **options)
    second = svdf(rng, first.outputs[0], 5, 6, **options)
    cases.write(name, Model([x], second.outputs, [first, second]))


for state in "int8", "int16":
    case(f"{state}", (1, 10), 6, 4, state=state)
    case(f"{state}_rank_2", (1, 9), 5, 5, state=state, rank=2)
    case(f"{state}_batch_3_rank_3", (3, 7), 4, 3, state=state, rank=3)
    case(f"{state}_memory_1", (1, 8), 6, 1, state=state)
    case(f"{state}_longer_than_the_test", (1, 8), 6, 11, state=state)
    case(f"{state}_one_of_all", (1, 1), 1, 2, state=state)
    case(f"{state}_x_zero_point_lowest", (1, 8), 6, 3, state=state, x_zero_point=-128, gain=0.6)
    case(f"{state}_y_zero_point_lowest", (1, 8), 6, 3, state=state, y_zero_point=-128, gain=1.5)
    case(f"{state}_saturates", (1, 8), 6, 3, state=state, gain=6, saturates="large scales clip most outputs")
    chain(f"{state}_chain", state=state)
case("int8_state_zero_point", (1, 10), 6, 4, state_zero_point=17)
case("int8_state_wraps", (1, 10), 6, 4, state_zero_point=-50, gain=2)
