"""Runs digits.tflite over the test pictures in TensorFlow Lite Micro and writes digits.npz.

  input_0  int8 [500, 8, 8, 1]   the quantized test pictures
  output_0 int8 [500, 1, 10]     what the reference kernels of tflite-micro answer
  label    int8 [500]            the digits that the pictures show
"""

from pathlib import Path

import numpy as np
from tflite_micro import runtime

from pictures import read_pictures, shades_to_input

HERE = Path(__file__).parent
REQUIRED_ACCURACY = 0.97


def main():
    shades, labels = read_pictures(HERE / "test_digits.txt")
    interpreter = runtime.Interpreter.from_file(str(HERE / "digits.tflite"))
    inputs = quantize(shades_to_input(shades), interpreter.get_input_details(0))
    outputs = np.stack([run(interpreter, picture[None]) for picture in inputs])

    accuracy = np.mean(outputs[:, 0].argmax(axis=1) == labels)
    print(f"tflite-micro: test accuracy {accuracy:.1%}")
    if accuracy < REQUIRED_ACCURACY:
        raise SystemExit(f"digits.tflite must reach {REQUIRED_ACCURACY:.0%}")
    np.savez_compressed(
        HERE / "digits.npz", input_0=inputs, output_0=outputs, label=labels.astype(np.int8)
    )


def quantize(values, tensor):
    parameters = tensor["quantization_parameters"]
    [scale], [zero_point] = parameters["scales"], parameters["zero_points"]
    return np.clip(np.round(values / scale) + zero_point, -128, 127).astype(np.int8)


def run(interpreter, picture):
    interpreter.set_input(picture, 0)
    interpreter.invoke()
    return interpreter.get_output(0)


if __name__ == "__main__":
    main()
