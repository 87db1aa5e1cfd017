import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
from golden import Cases
from signals import model, signal, words

cases = Cases(__file__)
FACTORS = dict(
    smoothing=409,
    one_minus_smoothing=15975,
    alternate_smoothing=983,
    alternate_one_minus_smoothing=15401,
    min_signal_remaining=819,
    smoothing_bits=10,
    spectral_subtraction_bits=14,
    clamping=False,
)


def case(name, channels, saturates=None, between=None, **factors):
    outputs = [words(channels), words(channels)]
    options = FACTORS | factors | dict(num_channels=channels)
    # Options stand in the order of their names.
    op = signal("FilterBankSpectralSubtraction", [words(channels, between=between)], outputs, **options)
    cases.write(name, model(op), saturates)


for clamping in False, True:
    kind = "clamping" if clamping else "plain"
    case(f"{kind}_40", 40, clamping=clamping, between=(0, 70000))
    case(f"{kind}_odd", 7, clamping=clamping, between=(0, 3000))
    case(f"{kind}_any", 12, clamping=clamping)
    case(f"{kind}_one", 1, "one channel", clamping=clamping, between=(0, 1 << 21))
    case(f"{kind}_fast", 9, clamping=clamping, between=(0, 1 << 20), smoothing=12000, one_minus_smoothing=4384)
case("no_bits", 8, "the noise is all there is", smoothing_bits=0, spectral_subtraction_bits=0, smoothing=1, one_minus_smoothing=2)
case("most_bits", 8, "factors leave nothing", smoothing_bits=31, spectral_subtraction_bits=63)
case("negative_factors", 10, smoothing=-5, one_minus_smoothing=-7, min_signal_remaining=-900)
case("small_numbers", 11, "few values", between=(0, 5))
