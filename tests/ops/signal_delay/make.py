import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
from golden import Cases
from signals import model, signal, sound

cases = Cases(__file__)


def case(name, shape, length):
    op = signal("Delay", [sound(*shape)], [sound(*shape)], delay_length=length)
    cases.write(name, model(op), "the stream begins with zeros")


case("none", (6,), 0)
case("one", (6,), 1)
case("shorter_than_a_frame", (7,), 3)
case("a_frame", (5,), 5)
case("longer_than_a_frame", (4,), 9)
case("longer_than_the_test", (3,), 40)
case("channels", (2, 3, 5), 7)
case("one_sample", (1,), 3)
