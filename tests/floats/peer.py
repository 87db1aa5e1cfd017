"""TensorFlow Lite's own post-training quantization of the zoo's float models, to be compared with ours.

Writes `peer/<model>.npz`: `float` has the outputs of LiteRT's reference kernels on the float model, `int8` and
`int16` those of the models that TensorFlow quantized with the same calibration samples. Samples are computed,
here and in `tests/tests/bars.rs`, by the same formula. Needs `pip install tensorflow ai-edge-litert`.
"""

import os
from pathlib import Path

import numpy as np
import tensorflow as tf
from tensorflow.lite.python.optimize import calibrator

HERE = Path(__file__).resolve().parent
ZOO = Path(os.environ.get("TINY_MODEL_ZOO", HERE.parents[2] / "shared/models"))
CALIBRATION, TEST = 40, 400
# Least and greatest value of the input.
MODELS = {
    "mlonmcu_micro_kws_m_fp32": (0, 26),
    "mlonmcu_simple_mnist_fp32": (0, 1),
    "mlperf_ic_resnet8_fp32": (0, 255),
    "mlperf_kws_dscnn_fp32_v12": (-80, 80),
    "mlperf_vww_96_float": (0, 1),
    "tinymaix_mnist_valid_f": (0, 1),
}


def random(index):
    """SplitMix64: a number from 0 to 1 for each index."""
    x = np.asarray(index, np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return ((x ^ (x >> np.uint64(31))) >> np.uint64(40)).astype(np.float64) / 2**24


def sample(number, elements, low, high):
    """Noise whose grain, brightness and contrast are the sample's own."""
    first = (number + 1) << 32
    grain = (1, 3, 8, 20, 50)[number % 5]
    bright, contrast = random([first, first + 1])
    noise = random(first + 2 + np.arange(elements) // grain)
    share = np.clip(bright + contrast * 2 * (noise - 0.5), 0, 1)
    return (low + (high - low) * share).astype(np.float32)


def samples(numbers, shape, bounds):
    return [sample(n, int(np.prod(shape)), *bounds).reshape(shape) for n in numbers]


def outputs(content, inputs):
    net = tf.lite.Interpreter(
        model_content=content, experimental_op_resolver_type=tf.lite.experimental.OpResolverType.BUILTIN_REF
    )
    net.allocate_tensors()
    [source], [target] = net.get_input_details(), net.get_output_details()
    results = []
    for x in inputs:
        if source["dtype"] != np.float32:
            scale, zero_point = source["quantization"]
            limits = np.iinfo(source["dtype"])
            x = np.clip(np.round(x / scale) + zero_point, limits.min, limits.max).astype(source["dtype"])
        net.set_tensor(source["index"], x)
        net.invoke()
        y = net.get_tensor(target["index"])
        if target["dtype"] != np.float32:
            scale, zero_point = target["quantization"]
            y = ((y.astype(np.float64) - zero_point) * scale).astype(np.float32)
        results.append(y.ravel())
    return np.stack(results)


def main():
    (HERE / "peer").mkdir(exist_ok=True)
    for name, bounds in MODELS.items():
        content = (ZOO / f"{name}.tflite").read_bytes()
        net = tf.lite.Interpreter(model_content=content)
        [source] = net.get_input_details()
        calibration = samples(range(CALIBRATION), source["shape"], bounds)
        test = samples(range(CALIBRATION, CALIBRATION + TEST), source["shape"], bounds)

        def quantized(ty, bias):
            generate = lambda: ([x] for x in calibration)
            return calibrator.Calibrator(content).calibrate_and_quantize(generate, ty, ty, False, ty, bias)

        exact = outputs(content, test)
        int8 = outputs(bytes(quantized(tf.int8, tf.int32)), test)
        int16 = outputs(bytes(quantized(tf.int16, tf.int64)), test)
        agreement = np.mean(exact.argmax(1) == int8.argmax(1))
        sqnr = [10 * np.log10((exact**2).sum() / ((exact - y) ** 2).sum()) for y in (int8, int16)]
        print(f"{name}: {len(set(exact.argmax(1)))} classes, {agreement:.4f}, {sqnr[0]:.1f} dB, {sqnr[1]:.1f} dB")
        np.savez_compressed(HERE / "peer" / f"{name}.npz", output_0=exact, output_1=int8, output_2=int16)


if __name__ == "__main__":
    main()
