"""From sound to words: a model of the audio front end, one that hears what it gives, and both one after the other.

`stream.npz` has steps of sound and what the second model says of the features of the first. `micro_speech.npz` has
seconds of sound, and what two models of TensorFlow Lite Micro's micro_speech example say, which are not part of the
repository: their folder is in the environment variable TINY_MODEL_ZOO.
"""

import os
import sys
from pathlib import Path

import numpy as np

sys.path.append(str(Path(__file__).resolve().parents[1]))
from builders import fully_connected, svdf
from golden import Cases, Model, Op, Tensor, constant, integers, random, run, schema
from signals import INT16, gain_table, mel_bank, scalar, signal, sound, square_root, words

RATE, STEP, FRAME, LENGTH, CHANNELS = 16000, 320, 480, 512, 40
cases = Cases(__file__)


def out(op, index=0):
    return op.outputs[index]


def reshape(x, *shape):
    options = schema.ReshapeOptionsT(newShape=list(shape))
    return Op("RESHAPE", [x, integers(*shape)], [Tensor(list(shape), dtype=x.dtype)], options)


def number(value):
    return constant(value, dtype="int32")


def on_integers(kind, a, b, options):
    return Op(kind, [a, b], [Tensor(a.shape, dtype="int32")], options)


def to_int8(x):
    """As the micro_speech example scales features: `(x · 256 + 333) / 666 - 128`, clamped."""
    limits = schema.MaximumMinimumOptionsT()
    ops = [Op("CAST", [x], [Tensor(x.shape, dtype="int32")], schema.CastOptionsT())]
    for kind, operand, options in [
        ("MUL", 256, schema.MulOptionsT()),
        ("ADD", 333, schema.AddOptionsT()),
        ("DIV", 666, schema.DivOptionsT()),
        ("ADD", -128, schema.AddOptionsT()),
        ("MINIMUM", 127, limits),
        ("MAXIMUM", -128, limits),
    ]:
        ops.append(on_integers(kind, out(ops[-1]), number(operand), options))
    ops.append(Op("CAST", [out(ops[-1])], [Tensor(x.shape, 666 / 256 / 64, -128)], schema.CastOptionsT()))
    return ops


def front_end():
    """Steps of 20 ms in, 40 features out: of 30 ms, energies on a mel scale without their noise, logarithms."""
    x = sound(STEP)
    framer = signal(
        "Framer", [x], [sound(1, FRAME), scalar("bool")], frame_size=FRAME, frame_step=STEP, prefill=True
    )
    hann = np.round(4096 * np.sin(np.pi * (np.arange(FRAME) + 0.5) / FRAME) ** 2)
    window = signal("Window", [out(framer), constant(hann, dtype="int16")], [sound(1, FRAME)], shift=12)
    flat = reshape(out(window), FRAME)
    loud = signal("FftAutoScale", [out(flat)], [sound(FRAME), scalar("int32")])
    rfft = signal("Rfft", [out(loud)], [sound(LENGTH + 2)], T=INT16, fft_length=LENGTH)
    bins = LENGTH // 2 + 1
    start, end, tables = mel_bank(CHANNELS, LENGTH, RATE, 125, 7500)
    energy = signal("Energy", [out(rfft)], [words(bins)], end_index=end, start_index=start)
    bank = signal("FilterBank", [out(energy), *tables], [Tensor([CHANNELS], dtype="uint64")], num_channels=CHANNELS)
    root = square_root(out(bank), out(loud, 1))
    noise = signal(
        "FilterBankSpectralSubtraction",
        [out(root)],
        [words(CHANNELS), words(CHANNELS)],
        alternate_one_minus_smoothing=15401,
        alternate_smoothing=983,
        clamping=False,
        min_signal_remaining=819,
        num_channels=CHANNELS,
        one_minus_smoothing=15975,
        smoothing=409,
        smoothing_bits=10,
        spectral_subtraction_bits=14,
    )
    pcan = signal("PCAN", [out(noise), out(noise, 1), gain_table()], [words(CHANNELS)], snr_shift=6)
    log = signal("FilterBankLog", [out(pcan)], [sound(CHANNELS)], input_correction_bits=3, output_scale=64)
    ops = [framer, window, flat, loud, rfft, energy, bank, root, noise, pcan, log, *to_int8(out(log))]
    return Model([x], [out(ops[-1])], ops)


def keyword():
    """Hears features step by step: a layer with memory, one without, and shares of four words."""
    rng = random("keyword")
    x = Tensor([1, CHANNELS], 666 / 256 / 64, -128)
    memory = svdf(rng, x, 16, 10, gain=0.8)
    layer = fully_connected(rng, out(memory), 4, y_scale=0.05)
    shares = Op("SOFTMAX", [out(layer)], [Tensor([1, 4], 1 / 256, -128)], schema.SoftmaxOptionsT(beta=1.0))
    return Model([x], [out(shares)], [memory, layer, shares])


def noises(name, seconds):
    """Tones that rise and fall, with noise and silence between them, too loud at times."""
    rng = random(name)
    time = np.arange(int(seconds * RATE)) / RATE
    tones = np.zeros_like(time)
    for _ in range(5):
        low, high = np.sort(rng.uniform(100, 6000, 2))
        pitch = low + (high - low) * (0.5 + 0.5 * np.sin(2 * np.pi * rng.uniform(0.5, 4) * time))
        tones += rng.uniform(0.1, 1) * np.sin(2 * np.pi * np.cumsum(pitch) / RATE)
    loudness = np.clip(np.sin(2 * np.pi * rng.uniform(1, 3) * time + rng.uniform(0, 6)), 0, 1) ** 2
    samples = 20000 * tones * loudness + rng.normal(0, rng.choice([3, 300]), time.shape)
    samples[: STEP // 2] = 0
    return np.clip(np.round(samples), -32768, 32767).astype("int16")


steps = noises("stream", 0.6).reshape(-1, STEP)
cases.write("front_end", front_end(), "silence and noise at times", inputs=[steps])
cases.write("keyword", keyword(), "shares of four words")
features, = run(cases.folder.joinpath("front_end.tflite").read_bytes(), [steps], 1)
scores, = run(cases.folder.joinpath("keyword.tflite").read_bytes(), [features[:, None]], 1)
np.savez_compressed(cases.folder / "stream.npz", input_0=steps, output_0=scores)

zoo = Path(os.environ["TINY_MODEL_ZOO"])
preprocessor, speech = ((zoo / f"{name}.tflite").read_bytes() for name in ("tflm_audio_preprocessor_int8", "microflow_speech"))
clips, scores = [], []
for clip in range(4):
    samples = noises(f"clip {clip}", (48 * STEP + FRAME) / RATE)
    frames = np.lib.stride_tricks.sliding_window_view(samples, FRAME)[::STEP]
    features, = run(preprocessor, [frames[:, None]], 1)
    scores += run(speech, [features.reshape(1, 1, -1)], 1)
    clips.append(samples)
np.savez_compressed(cases.folder / "micro_speech.npz", input_0=np.stack(clips), output_0=np.stack(scores))
