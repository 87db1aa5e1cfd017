import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
from golden import Cases, constant, random
from signals import gain_table, model, signal, words

cases = Cases(__file__)


def case(name, channels, lut, shift=6, saturates=None, signal_range=None, noise_range=None):
    inputs = [words(channels, between=signal_range), words(channels, between=noise_range), lut]
    cases.write(name, model(signal("PCAN", inputs, [words(channels)], snr_shift=shift)), saturates)


def drawn(name):
    return constant(random(name).integers(-32768, 32767, 125, endpoint=True), dtype="int16")


case("channels_40", 40, gain_table(), signal_range=(0, 100000), noise_range=(0, 1 << 24))
case("odd", 13, gain_table(strength=0.8, offset=2.0), 9)
case("small_noise", 21, gain_table(), signal_range=(0, 5000), noise_range=(0, 20))
case("small_signal", 21, gain_table(), 1, signal_range=(0, 300), noise_range=(0, 3000))
case("any_table", 32, drawn("any_table"), 20)
case("any_table_and_small_noise", 32, drawn("any_table_and_small_noise"), 12, noise_range=(0, 4000))
case("no_shift", 16, drawn("no_shift"), 0)
case("greatest_shift", 16, drawn("greatest_shift"), 63, "shifted out")
case("one", 1, gain_table(), saturates="one channel")
