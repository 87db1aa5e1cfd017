import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
import numpy as np
from golden import Cases
from signals import model, only_valid, scalar, signal, sound

cases = Cases(__file__)


def case(name, shape, size, step, prefill):
    frames = shape[-1] // step
    y = sound(*shape[:-1], frames, size)
    options = dict(frame_size=size, frame_step=step, prefill=prefill)
    op = signal("Framer", [sound(*shape)], [y, scalar("bool")], **options)

    def is_there(answers):
        """Frame `f` of vector `v` is preceded by so many steps, itself included."""
        steps = np.arange(len(answers[0]))[:, None] * frames + np.arange(frames) + 1
        whole = (steps * step >= size) | prefill
        return whole.reshape(len(whole), *[1] * (len(shape) - 1), frames, 1)

    cases.write(name, model(op), "frames of the first steps are not there", only_valid(is_there))


for prefill in False, True:
    kind = "prefilled" if prefill else "plain"
    case(f"{kind}_no_overlap", (4,), 4, 4, prefill)
    case(f"{kind}_overlap", (6,), 9, 3, prefill)
    case(f"{kind}_overlap_uneven", (6,), 8, 3, prefill)
    case(f"{kind}_long_frame", (2,), 11, 2, prefill)
    case(f"{kind}_longer_than_the_test", (1,), 12, 1, prefill)
    case(f"{kind}_channels", (2, 3, 10), 7, 5, prefill)
    case(f"{kind}_speech", (320,), 480, 320, prefill)
    case(f"{kind}_one_sample", (1,), 1, 1, prefill)
case("plain_gaps", (10,), 3, 5, False)
