import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
from golden import Cases
from signals import model, signal, sound, words

cases = Cases(__file__)


def case(name, channels, scale=64, correction=3, saturates=None, between=None):
    x, y = words(channels, between=between), sound(channels)
    op = signal("FilterBankLog", [x], [y], input_correction_bits=correction, output_scale=scale)
    cases.write(name, model(op), saturates)


case("channels_40", 40, between=(0, 20000))
case("odd", 63, 1600, 0)
case("small", 41, 1600, 0, "the least two are zeros", between=(0, 12))
case("seventeen_bits", 64, 1600, 0, between=(60000, 140000))
case("thirty_bits", 64, 1600, 2)
case("saturates", 16, 60000, 0, "logarithms above 1 do not fit")
case("scale_wraps", 16, 60000000, 0, "products leave 32 bits", between=(0, 60000))
case("negative_scale", 16, -64, 0, "it is taken as a large one")
case("most_bits", 16, 640, 31, "one bit is left")
case("one", 1, 6400, 1, "one channel")
