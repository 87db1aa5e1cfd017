import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
from golden import Cases
from signals import INT16, model, signal, sound

cases = Cases(__file__)


def case(name, shape, step, **options):
    *outer, frames, _ = shape
    op = signal("OverlapAdd", [sound(*shape, **options)], [sound(*outer, frames * step)], T=INT16, frame_step=step)
    cases.write(name, model(op))


case("half", (1, 8), 4)
case("half_of_several", (3, 6), 3)
case("uneven", (2, 7), 3)
case("many", (4, 9), 2)
case("no_overlap", (2, 5), 5)
case("step_1", (2, 6), 1)
case("channels", (2, 3, 2, 6), 4)
case("quiet", (2, 8), 3, between=(-9000, 9000))
case("speech", (1, 480), 160)
