import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
import numpy as np
from golden import Cases, Model, Tensor, constant, random
from signals import filter_bank, scalar, square_root

cases = Cases(__file__)


def case(name, energies, between=(0, 31)):
    scale = Tensor([], dtype="int32", between=between)
    cases.write(name, Model([scale], (op := square_root(constant(energies, dtype="uint64"), scale)).outputs, [op]), "shifted out")


def around(squares):
    """Squares, and the numbers where a root is rounded up and down."""
    roots = np.asarray(squares, object)
    all_ = [r * r + d for r in roots for d in (-1, 0, 1, r, r + 1) if 0 <= r * r + d < 1 << 64]
    return np.asarray(all_, "uint64")


def of_bits(name):
    rng = random(name)
    values = [int(rng.integers(1 << 62)) >> (62 - bits) for bits in range(1, 63) for _ in range(3)]
    return np.asarray([*values, 2**63, 2**63 - 1, 2**64 - 1, 2**64 - 2, 0], "uint64")


case("of_all_sizes", of_bits("of_all_sizes"), (0, 9))
case("small", around(range(1, 20)), (0, 3))
case("around_32_bits", around([65534, 65535, 65536, 65537, 70000]), (0, 17))
case("nearly_32_bits", [2**32 - 2, 2**32 - 1, 2**32, 2**32 + 1, 2**32 - 65536, 2**32 - 65535], (0, 1))
case("greatest", around([2**32 - 1, 2**32 - 2, 3037000499]), (0, 31))
case("one", [81], (0, 3))
case("scales_of_any_size", of_bits("scales_of_any_size"), (0, 31))


def at_run_time():
    bank = filter_bank(random("at_run_time"), 65, 16)
    root = square_root(bank.outputs[0], scale := Tensor([], dtype="int32", between=(0, 31)))
    cases.write("at_run_time", Model([bank.inputs[0], scale], root.outputs, [bank, root]), "shifted out")


at_run_time()
bank = filter_bank(random("constant_scale"), 65, 16)
root = square_root(bank.outputs[0], constant(3, dtype="int32"))
cases.write("constant_scale", Model([bank.inputs[0]], root.outputs, [bank, root]))
