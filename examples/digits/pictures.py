"""The text format of the pictures: 8 lines of 8 shades, `.` for 0, then 1 to 9 and a to g (16)."""

import numpy as np

SHADES = ".123456789abcdefg"
MAX_SHADE = 16


def shades_to_input(shades):
    """Turns shades into what the network reads: [pictures, 8, 8, 1], from 0 to 255/256.

    The limit of 255/256 instead of 1 makes the scale of the quantized input exactly 1/256. Shades
    then quantize to 16 * shade - 128 without rounding, which even an 8-bit controller does cheaply.
    """
    values = np.minimum(np.asarray(shades) / MAX_SHADE, 255 / 256)
    return values.astype(np.float32)[..., None]


def write_pictures(path, pictures, labels):
    with open(path, "w", encoding="ascii", newline="\n") as file:
        for index, (picture, label) in enumerate(zip(pictures, labels)):
            file.write("\n" if index else "")
            file.write(f"# {label}\n")
            for row in picture:
                file.write("".join(SHADES[shade] for shade in row) + "\n")


def read_pictures(path):
    """Returns shades [pictures, 8, 8] and labels of a file that write_pictures wrote."""
    blocks = path.read_text(encoding="ascii").split("\n\n")
    labels = [int(block.split()[1]) for block in blocks]
    pictures = [[[SHADES.index(c) for c in row] for row in block.split()[2:]] for block in blocks]
    return np.array(pictures), np.array(labels)
