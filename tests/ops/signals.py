"""Operators of TensorFlow Lite Micro's audio front end, for the cases of several folders."""

import numpy as np
from flatbuffers import flexbuffers
from golden import Model, Op, Tensor, constant, run

INT16, INT32 = 7, 2  # the numbers of types in the schema


def signal(name, inputs, outputs, **options):
    """One operator; its options are as TensorFlow's converter writes them."""
    return Op(f"CUSTOM Signal{name}", inputs, outputs, bytes(flexbuffers.Dumps(options)))


def sound(*shape, **options):
    return Tensor(list(shape), dtype="int16", **options)


def words(*shape, **options):
    return Tensor(list(shape), dtype="uint32", **options)


def scalar(dtype):
    return Tensor([], dtype=dtype)


def model(op):
    """The model of one operator whose operands that are no constants are inputs."""
    return Model([t for t in op.inputs if t.data is None], op.outputs, [op])


def filter_bank(rng, energies, channels, weights=(0, 4095), narrow=False):
    """A filter bank of bands side by side, and square roots that bring its channels to 32 bits."""
    edges = np.sort(rng.choice(np.arange(1, energies), channels + 1 if not narrow else channels // 2 + 1, replace=False))
    starts = np.resize(edges, channels + 1)
    widths = rng.integers(0 if narrow else 1, np.maximum(1, np.minimum(9, energies - starts)), endpoint=True)
    weight_starts = np.concatenate([[0], np.cumsum(widths)[:-1]])
    count = max(1, int(widths.sum()))
    tables = [
        constant(rng.integers(*weights, count, endpoint=True), dtype="int16"),
        constant(rng.integers(*weights, count, endpoint=True), dtype="int16"),
        *(constant(table, dtype="int16") for table in (starts, weight_starts, widths)),
    ]
    x, gathered = words(energies), Tensor([channels], dtype="uint64")
    return signal("FilterBank", [x, *tables], [gathered], num_channels=channels)


def square_root(gathered, scale):
    channels = gathered.shape[0]
    return signal("FilterBankSquareRoot", [gathered, scale], [words(channels)])


def transforms(cases, forward):
    """The cases of SignalRfft and SignalIrfft."""

    def case(name, length, shape=(), frame=None, dtype="int16", **options):
        times = Tensor([*shape, frame or length], dtype=dtype, **options)
        spectrum = Tensor([*shape, length + 2], dtype=dtype, **options)
        kind = INT16 if dtype == "int16" else INT32
        x, y = (times, spectrum) if forward else (spectrum, times)
        op = signal("Rfft" if forward else "Irfft", [x], [y], T=kind, fft_length=length)
        # Of quiet sound little is left after the division by the length.
        cases.write(name, model(op), "a small range" if options or frame == 1 else None)

    for length in 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048:
        case(f"int16_{length}", length)
    for length in 6, 10, 12, 18, 20, 30, 50, 96, 120, 240, 250, 480, 486, 640, 1000, 1536:
        case(f"int16_{length}", length)
    case("int16_quiet", 256, between=(-300, 300))
    case("int16_silence_and_one", 64, between=(0, 1))
    case("int16_rows", 64, shape=(3,))
    case("int16_rows_of_rows", 32, shape=(2, 3))
    for length in 4, 64, 96, 240, 512:
        case(f"int32_{length}", length, dtype="int32")
    case("int32_rows", 40, shape=(2,), dtype="int32")
    if forward:
        case("int16_padded", 512, frame=400)
        case("int16_padded_odd_rows", 64, frame=43, shape=(2,))
        case("int16_padded_one", 64, frame=1)
        case("int32_padded_odd", 128, frame=77, dtype="int32")


def only_valid(is_there):
    """An oracle that gives zeros where `is_there(step, element's first index)` is false: there the reference
    leaves whatever its memory held."""

    def oracle(file, inputs, outputs):
        answers = run(file, inputs, outputs)
        answers[0] = answers[0] * is_there(answers)
        return answers

    return oracle


def mel_bank(channels, length, rate, lowest, highest):
    """The first and the end of the frequencies that count, and the tables of a filter bank whose channels are as wide
    as the ear's, after Stevens, Volkmann and Newman (1937)."""
    mel = lambda frequency: 1127 * np.log1p(frequency / 700)
    edges = np.linspace(mel(lowest), mel(highest), channels + 2)
    bins = mel(np.arange(length // 2 + 1) * rate / length)
    band = np.searchsorted(edges, bins, side="right") - 1  # between which edges a frequency lies
    inside = np.flatnonzero((band >= 0) & (band <= channels))
    above = np.clip(band[inside], 0, channels)
    share = (edges[above + 1] - bins[inside]) / (edges[above + 1] - edges[above])
    starts = [int(inside[above == b][0]) if (above == b).any() else 0 for b in range(channels + 1)]
    widths = [int((above == b).sum()) for b in range(channels + 1)]
    weight_starts = np.concatenate([[0], np.cumsum(widths)[:-1]])
    # The first list is of what belongs to the channel that ends here, the second of that which begins.
    tables = [share * 4095, (1 - share) * 4095, starts, weight_starts, widths]
    tables = [constant(np.round(table), dtype="int16") for table in tables]
    return int(inside[0]), int(inside[-1]) + 1, tables


def gain(x, strength, offset, bits=21, correction=3, smoothing_bits=10):
    """Of per-channel energy normalization (https://arxiv.org/abs/1607.05666): a power of the noise."""
    noise = x / 2.0 ** (smoothing_bits - correction)
    return min(int((1 << bits) * (noise + offset) ** -strength + 0.5), 32767)


def gain_table(strength=0.95, offset=80.0):
    """A square polynomial for each number of bits, through the gains at the start, the middle and the end."""
    gains = [gain(0, strength, offset), gain(1, strength, offset)]
    for bits in range(2, 33):
        start = 1 << (bits - 1)
        ends = start, start * 3 // 2, min(2 * start, 2**32 - 1)
        low, middle, high = (gain(x, strength, offset) for x in ends)
        gains += [low, 4 * middle - 3 * low - high, 2 * (low + high) - 4 * middle, 0]
    return constant(gains[:125], dtype="int16")
