import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
import numpy as np
from golden import Cases
from signals import model, only_valid, signal, sound, words

cases = Cases(__file__)


def case(name, spectrum, energies, start, end, saturates=None, **options):
    op = signal("Energy", [sound(2 * spectrum, **options)], [words(energies)], start_index=start, end_index=end)
    counts = (np.arange(energies) >= start) & (np.arange(energies) < end)
    cases.write(name, model(op), saturates, only_valid(lambda _: counts))


case("all_257", 257, 257, 0, 257)
case("part_257", 257, 257, 5, 241)
case("odd", 7, 7, 1, 6)
case("one", 1, 1, 0, 1)
case("quiet", 33, 33, 0, 33, between=(-20, 20))
case("fewer_energies", 20, 12, 2, 12)
case("more_energies", 12, 20, 0, 12)
case("lowest", 5, 5, 0, 5, "two squares of the lowest number", between=(-32768, -32768))
case("none", 6, 6, 4, 2, "nothing counts")
