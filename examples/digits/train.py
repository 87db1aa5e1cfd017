"""Trains a small convolutional network on scikit-learn's 8x8 digits and quantizes it to int8.

Writes, next to this file:
  digits.tflite        the quantized network, int8 [1, 8, 8, 1] -> int8 [1, 10]
  digits_float.tflite  the same network before quantization
  test_digits.txt      the 500 pictures that training never saw
"""

from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from scipy.ndimage import affine_transform
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from pictures import shades_to_input, write_pictures

HERE = Path(__file__).parent
SEED = 0
TEST_PICTURES = 500
ROUNDS = 60
WARPED_COPIES = 2
BATCH = 32
REQUIRED_ACCURACY = 0.98


def main():
    keras.utils.set_random_seed(SEED)
    tf.config.experimental.enable_op_determinism()

    digits = load_digits()
    train_shades, test_shades, train_labels, test_labels = train_test_split(
        digits.images.astype(int),
        digits.target,
        test_size=TEST_PICTURES,
        stratify=digits.target,
        random_state=SEED,
    )
    write_pictures(HERE / "test_digits.txt", test_shades, test_labels)
    train_pictures, test_pictures = map(shades_to_input, (train_shades, test_shades))

    network = build_network()
    network.summary()
    train(network, train_pictures, train_labels)

    write_and_measure("digits_float.tflite", convert(network), test_pictures, test_labels)
    model = convert(network, calibration=train_pictures)
    accuracy = write_and_measure("digits.tflite", model, test_pictures, test_labels)
    if accuracy < REQUIRED_ACCURACY:
        raise SystemExit(f"the quantized network must reach {REQUIRED_ACCURACY:.0%}")


def build_network():
    """The strides do the pooling, so that no tensor is larger than the first one, 512 bytes."""
    return keras.Sequential(
        [
            layers.Input((8, 8, 1)),
            layers.Conv2D(8, 3, padding="same", activation="relu"),
            layers.Conv2D(16, 3, strides=2, padding="same", activation="relu"),
            layers.Conv2D(16, 3, strides=2, padding="same", activation="relu"),
            layers.Flatten(),
            layers.Dropout(0.2),
            layers.Dense(10, activation="softmax"),
        ],
        name="digits",
    )


def train(network, pictures, labels):
    copies = 1 + WARPED_COPIES
    steps = ROUNDS * int(np.ceil(copies * len(pictures) / BATCH))
    network.compile(
        keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(4e-3, steps)),
        "sparse_categorical_crossentropy",
    )
    random = np.random.default_rng(SEED)
    for number in range(1, ROUNDS + 1):
        warped = [warp(random, pictures) for _ in range(WARPED_COPIES)]
        history = network.fit(
            np.concatenate([pictures, *warped]),
            np.tile(labels, copies),
            batch_size=BATCH,
            verbose=0,
        )
        if number % 10 == 0:
            print(f"round {number} of {ROUNDS}: loss {history.history['loss'][0]:.4f}")


def warp(random, pictures):
    """Shifts, turns, slants and scales each picture a little, as another hand would."""
    centre = np.array([3.5, 3.5])
    warped = np.empty_like(pictures)
    for source, target in zip(pictures, warped):
        angle = np.deg2rad(random.uniform(-12, 12))
        slant = random.uniform(-0.15, 0.15)
        scale = random.uniform(0.9, 1.1)
        cos, sin = np.cos(angle), np.sin(angle)
        matrix = scale * np.array([[cos, -sin], [sin, cos]]) @ np.array([[1, 0], [slant, 1]])
        offset = centre - matrix @ centre + random.uniform(-1, 1, 2)
        target[..., 0] = affine_transform(source[..., 0], matrix, offset, order=1)
    return warped


def convert(network, calibration=None):
    """Fixes the batch to 1: a batch of unknown size would leave shape arithmetic in the model."""
    call = tf.function(lambda picture: network(picture, training=False))
    function = call.get_concrete_function(tf.TensorSpec([1, 8, 8, 1], tf.float32, name="picture"))
    converter = tf.lite.TFLiteConverter.from_concrete_functions([function])
    if calibration is not None:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = lambda: ([picture[None]] for picture in calibration)
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = tf.int8
        converter.inference_output_type = tf.int8
    return converter.convert()


def write_and_measure(name, model, pictures, labels):
    (HERE / name).write_bytes(model)
    accuracy = measure_accuracy(model, pictures, labels)
    print(f"{name}: {len(model)} bytes, test accuracy {accuracy:.1%}")
    return accuracy


def measure_accuracy(model, pictures, labels):
    interpreter = tf.lite.Interpreter(
        model_content=model,
        experimental_op_resolver_type=tf.lite.experimental.OpResolverType.BUILTIN_REF,
    )
    interpreter.allocate_tensors()
    [source], [target] = interpreter.get_input_details(), interpreter.get_output_details()
    right = 0
    for picture, label in zip(pictures, labels):
        interpreter.set_tensor(source["index"], quantize(picture[None], source))
        interpreter.invoke()
        right += interpreter.get_tensor(target["index"]).argmax() == label
    return right / len(labels)


def quantize(values, tensor):
    if tensor["dtype"] == np.float32:
        return values
    scale, zero_point = tensor["quantization"]
    return np.clip(np.round(values / scale) + zero_point, -128, 127).astype(np.int8)


if __name__ == "__main__":
    main()
