import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
import numpy as np
from golden import Cases, constant, random
from signals import model, signal, sound

cases = Cases(__file__)


def case(name, shape, weights, shift, saturates=None, **options):
    op = signal("Window", [sound(*shape, **options), weights], [sound(*shape)], shift=shift)
    cases.write(name, model(op), saturates)


def hann(size, one):
    return constant(np.round(one * np.sin(np.pi * (np.arange(size) + 0.5) / size) ** 2), dtype="int16")


def drawn(name, size):
    return constant(random(name).integers(-32768, 32767, size, endpoint=True), dtype="int16")


case("hann_480", (1, 480), hann(480, 4096), 12)
case("rows_of_odd_frames", (3, 2, 15), hann(5, 32767), 15)
case("one", (1,), hann(1, 4096), 12, "one sample")
case("no_shift_saturates", (2, 8), drawn("no_shift_saturates", 8), 0, "products of 16 bits are wider")
case("negative_weights", (4, 9), drawn("negative_weights", 9), 14)
case("lowest", (1, 7), constant([-32768] * 7, dtype="int16"), 15)
case("greatest_shift", (1, 16), drawn("greatest_shift", 16), 31, "only signs are left")
case("weights_at_run_time", (2, 12), sound(12), 13)
case("weights_at_run_time_in_place", (12,), sound(12), 13)
