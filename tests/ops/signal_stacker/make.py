import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
from golden import Cases
from signals import model, only_valid, scalar, signal, sound

cases = Cases(__file__)


def case(name, channels, left, right, step):
    y = sound(channels * (left + right + 1))
    options = dict(
        num_channels=channels, stacker_left_context=left, stacker_right_context=right, stacker_step=step
    )
    op = signal("Stacker", [sound(channels)], [y, scalar("bool")], **options)
    cases.write(name, model(op), "not every step has an output", only_valid(lambda answers: answers[1][:, None]))


case("left_and_right", 5, 2, 1, 1)
case("left", 7, 3, 0, 1)
case("right", 4, 0, 2, 1)
case("alone", 6, 0, 0, 1)
case("step_2", 5, 1, 1, 2)
case("step_of_all", 3, 1, 1, 3)
case("left_and_step_of_all", 3, 2, 0, 3)
case("speech", 40, 1, 1, 2)
case("longer_than_the_test", 2, 1, 12, 1)
