import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
from builders import lstm, single
from golden import Cases, Model, Tensor, random

cases = Cases(__file__)


def case(name, x_shape, units, x_zero_point=-3, saturates=None, **options):
    x = Tensor(list(x_shape), 0.05, x_zero_point)
    cases.write(name, single(lstm(random(name), x, units, **options)), saturates)


def chain(name):
    rng = random(name)
    x = Tensor([1, 3, 7], 0.05, -3)
    first = lstm(rng, x, 6, y_zero_point=-5)
    second = lstm(rng, first.outputs[0], 4, cell_scale=2**-12)
    cases.write(name, Model([x], second.outputs, [first, second]))


case("one_step", (1, 1, 8), 6)
case("five_steps", (1, 5, 8), 6)
case("batch_3", (3, 2, 5), 4)
case("time_major", (4, 1, 6), 5, time_major=True)
case("time_major_batch_3", (2, 3, 5), 4, time_major=True)
case("one_of_all", (1, 1, 1), 1)
case("more_units_than_inputs", (1, 3, 2), 19)
case("y_zero_point", (1, 3, 8), 6, y_zero_point=-4)
case("y_zero_point_saturates", (1, 3, 8), 6, y_zero_point=90, gain=3)
case("x_zero_point_lowest", (1, 3, 8), 6, x_zero_point=-128, gain=0.4)
case("x_zero_point_highest", (1, 3, 8), 6, x_zero_point=127, gain=0.4)
case("cell_scale_2_to_minus_9", (1, 3, 8), 6, cell_scale=2**-9)
case("cell_scale_2_to_minus_12", (1, 3, 8), 6, cell_scale=2**-12)
case("cell_scale_2_to_minus_15", (1, 3, 8), 6, cell_scale=2**-15)
case("cells_saturate", (1, 6, 8), 6, cell_scale=2**-15, clip=0.0, gain=3)
case("clipped", (1, 6, 8), 6, clip=0.7, gain=2)
case("not_clipped", (1, 6, 8), 6, clip=0.0)
case("gates_saturate", (1, 4, 8), 6, gain=12)
case("faint", (1, 4, 8), 6, gain=0.02, bias_gain=0.3)
chain("chain")


def wide(name, x_shape, units, **options):
    x = Tensor(list(x_shape), 0.05 / 256, 0, "int16")
    cases.write(name, single(lstm(random(name), x, units, **options)))


wide("int16", (1, 3, 8), 6)
wide("int16_time_major_batch_3", (2, 3, 5), 4, time_major=True)
wide("int16_batch_2", (2, 4, 5), 4)
wide("int16_wide_sums", (1, 2, 700), 3)
wide("int16_gates_saturate", (1, 3, 8), 6, gain=12)
wide("int16_large_biases", (1, 3, 8), 6, bias_gain=300, gain=0.0001)
wide("int16_clipped", (1, 6, 8), 6, clip=0.7, gain=2, cell_scale=2**-15)
