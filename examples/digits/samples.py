"""Writes samples of what the float network sees, for its quantization while compiling.

  calibration.npz  100 pictures of the training set
  test.npz         the 500 test pictures, and `labels`, the digits that they show
"""

from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from pictures import read_pictures, shades_to_input

HERE = Path(__file__).parent
SEED = 0
SAMPLES = 100


def main():
    test_shades, labels = read_pictures(HERE / "test_digits.txt")
    digits = load_digits()
    train_shades, *_ = train_test_split(
        digits.images.astype(int),
        digits.target,
        test_size=len(labels),
        stratify=digits.target,
        random_state=SEED,
    )
    np.savez_compressed(HERE / "calibration.npz", input_0=shades_to_input(train_shades[:SAMPLES]))
    np.savez_compressed(
        HERE / "test.npz", input_0=shades_to_input(test_shades), labels=labels.astype(np.int8)
    )


if __name__ == "__main__":
    main()
