import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
from golden import Cases
from signals import model, scalar, signal, sound

cases = Cases(__file__)


def case(name, size, **options):
    op = signal("FftAutoScale", [sound(size, **options)], [sound(size), scalar("int32")])
    cases.write(name, model(op), "the scale is one number for a whole frame")


for size in 1, 2, 7, 64, 480, 513:
    case(f"any_{size}", size)
case("quiet", 31, between=(-3, 3))
case("silence_and_one", 16, between=(0, 1))
case("nearly_half", 33, between=(-16385, 16384))
case("negative", 20, between=(-900, -100))
case("with_the_lowest", 3, between=(-32768, -32765))
case("with_the_lowest_and_more", 9, between=(-32768, 2))
