import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
from golden import Cases, Model, constant, random
from signals import filter_bank, square_root

cases = Cases(__file__)


def case(name, energies, channels, saturates=None, between=None, **options):
    bank = filter_bank(random(name), energies, channels, **options)
    bank.inputs[0].between = between
    root = square_root(bank.outputs[0], constant(0, dtype="int32"))
    cases.write(name, Model([bank.inputs[0]], root.outputs, [bank, root]), saturates)


case("channels_40", 257, 40)
case("channels_1", 9, 1)
case("odd", 63, 17)
case("small_numbers", 65, 16, between=(0, 9), weights=(0, 5))
case("middle_numbers", 65, 16, between=(0, 4000), weights=(0, 4095))
case("nearly_32_bits", 65, 16, between=(0, 300000), weights=(0, 9000))
case("negative_weights", 65, 16, weights=(-32768, 32767))
case("negative_weights_of_small_numbers", 65, 16, between=(0, 40), weights=(-9, 9))
case("empty_bands", 64, 20, narrow=True)
