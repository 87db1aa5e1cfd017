import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
import numpy as np
from golden import Cases, constant, random
from signals import model, signal, words

cases = Cases(__file__)


def gain(x, strength=0.95, offset=80.0, bits=21, correction=3, smoothing_bits=10):
    """Of per-channel energy normalization (https://arxiv.org/abs/1607.05666): a power of the noise."""
    noise = x / 2.0 ** (smoothing_bits - correction)
    return min(int((1 << bits) * (noise + offset) ** -strength + 0.5), 32767)


def table(**options):
    """A square polynomial for each number of bits, through the gains at the start, the middle and the end."""
    gains = [gain(0, **options), gain(1, **options)]
    for bits in range(2, 33):
        start = 0 if bits == 1 else 1 << (bits - 1)
        low, middle, high = (gain(x, **options) for x in (start, start * 3 // 2, min(2 * start, 2**32 - 1)))
        linear, square = 4 * middle - 3 * low - high, 2 * (low + high) - 4 * middle
        gains += [low, linear, square, 0]
    return constant(gains[:125], dtype="int16")


def case(name, channels, lut, shift=6, saturates=None, signal_range=None, noise_range=None):
    inputs = [words(channels, between=signal_range), words(channels, between=noise_range), lut]
    cases.write(name, model(signal("PCAN", inputs, [words(channels)], snr_shift=shift)), saturates)


def drawn(name):
    return constant(random(name).integers(-32768, 32767, 125, endpoint=True), dtype="int16")


case("channels_40", 40, table(), signal_range=(0, 100000), noise_range=(0, 1 << 24))
case("odd", 13, table(strength=0.8, offset=2.0), 9)
case("small_noise", 21, table(), signal_range=(0, 5000), noise_range=(0, 20))
case("small_signal", 21, table(), 1, signal_range=(0, 300), noise_range=(0, 3000))
case("any_table", 32, drawn("any_table"), 20)
case("any_table_and_small_noise", 32, drawn("any_table_and_small_noise"), 12, noise_range=(0, 4000))
case("no_shift", 16, drawn("no_shift"), 0)
case("greatest_shift", 16, drawn("greatest_shift"), 63, "shifted out")
case("one", 1, table(), saturates="one channel")
