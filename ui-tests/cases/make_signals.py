"""The models of mistakes with operators on sound; `make.py` runs this too."""

from mistake import case
from golden import Model, Tensor, constant
from signals import INT16, INT32, model, scalar, signal, sound, words


def energies(dtype="uint64", channels=4):
    return Tensor([channels], dtype=dtype)


def options(op, content):
    """The model of an operator that has these bytes for options."""
    op.options = content
    return model(op)


def window(samples=8, weights=4, **given):
    return signal("Window", [sound(samples), constant(range(weights), dtype="int16")], [sound(samples)], **given)


case("signal_window/no_frames", model(window(10, shift=3)))
case("signal_window/shift_out_of_range", model(window(shift=32)))
case("signal_window/options_missing", options(window(shift=3), b""))
case("signal_window/options_of_other_names", model(window(shift=3, bits=4)))
case("signal_window/options_damaged", options(window(shift=3), bytes([200, 3, 1, 36, 1])))


def scaled(dtype="int32"):
    return signal("FftAutoScale", [sound(8)], [sound(8), scalar(dtype)])


case("signal_fft_auto_scale/scale_of_another_type", model(scaled("int16")))


def rfft(length, frame=None, kind=INT16, numbers=None):
    return signal("Rfft", [sound(frame or length)], [sound(numbers or length + 2)], T=kind, fft_length=length)


case("signal_rfft/odd_length", model(rfft(63)))
case("signal_rfft/prime_factor", model(rfft(28)))
case("signal_rfft/frame_too_long", model(rfft(16, 20)))
case("signal_rfft/wrong_output_shape", model(rfft(16, numbers=16)))
case("signal_rfft/another_type", model(rfft(16, kind=INT32)))


def irfft(length, numbers):
    return signal("Irfft", [sound(numbers)], [sound(length)], T=INT16, fft_length=length)


case("signal_irfft/incomplete_spectrum", model(irfft(16, 16)))


def energy(end, start=0):
    return signal("Energy", [sound(16)], [words(8)], end_index=end, start_index=start)


case("signal_energy/end_outside", model(energy(9)))


def bank(starts=(0, 2, 4), weight_starts=(0, 2, 4), widths=(2, 2, 2), channels=2, weights=6):
    tables = [constant(range(weights), dtype="int16") for _ in range(2)]
    tables += [constant(table, dtype="int16") for table in (starts, weight_starts, widths)]
    gathered, y = energies(channels=channels), words(channels)
    first = signal("FilterBank", [x := words(6), *tables], [gathered], num_channels=channels)
    root = signal("FilterBankSquareRoot", [gathered, constant(0, dtype="int32")], [y])
    return Model([x], [y], [first, root])


case("signal_filter_bank/band_outside", bank(starts=(0, 2, 5)))
case("signal_filter_bank/weights_outside", bank(weight_starts=(0, 2, -1)))
case("signal_filter_bank/too_few_bands", bank(starts=(0, 2), weight_starts=(0, 2), widths=(2, 2)))


def weights_at_run_time():
    model = bank()
    model.ops[0].inputs[1].data = None
    return Model([*model.inputs, model.ops[0].inputs[1]], model.outputs, model.ops)


case("signal_filter_bank/weights_at_run_time", weights_at_run_time())


def energies_as_output():
    model = bank()
    return Model(model.inputs, model.ops[0].outputs, model.ops[:1])


case("signal_filter_bank/output_of_the_model", energies_as_output())


def root(channels):
    x = constant(range(4), dtype="uint64")
    scale = scalar("int32")
    return model(signal("FilterBankSquareRoot", [x, scale], [words(channels)]))


case("signal_filter_bank_square_root/wrong_output_shape", root(5))


def subtraction(**changed):
    factors = dict.fromkeys(
        ["alternate_one_minus_smoothing", "alternate_smoothing", "min_signal_remaining", "one_minus_smoothing"], 9
    )
    given = factors | dict(clamping=False, num_channels=4, smoothing=9, smoothing_bits=10, spectral_subtraction_bits=14)
    return model(signal("FilterBankSpectralSubtraction", [words(4)], [words(4), words(4)], **given | changed))


case("signal_filter_bank_spectral_subtraction/another_number_of_channels", subtraction(num_channels=5))
case("signal_filter_bank_spectral_subtraction/too_many_bits", subtraction(smoothing_bits=32))


def pcan(gains):
    return model(signal("PCAN", [words(4), words(4), constant(gains, dtype="int16")], [words(4)], snr_shift=6))


case("signal_pcan/table_too_short", pcan(range(100)))


def logarithm(**given):
    return model(signal("FilterBankLog", [words(4)], [sound(4)], **dict(output_scale=64) | given))


case("signal_filter_bank_log/shift_out_of_range", logarithm(input_correction_bits=-1))


def framer(samples, size, step, prefill):
    y = sound(max(1, samples // step), size)
    given = dict(frame_size=size, frame_step=step, prefill=prefill)
    return model(signal("Framer", [sound(samples)], [y, scalar("bool")], **given))


case("signal_framer/incomplete_step", framer(7, 4, 2, False))
case("signal_framer/prefilled_with_gaps", framer(8, 3, 4, True))


def stacker(**changed):
    given = dict(num_channels=3, stacker_left_context=1, stacker_right_context=1, stacker_step=1) | changed
    return model(signal("Stacker", [sound(3)], [sound(9), scalar("bool")], **given))


case("signal_stacker/step_too_long", stacker(stacker_step=4))


def delay(length):
    return model(signal("Delay", [sound(4)], [sound(4)], delay_length=length))


case("signal_delay/too_long", delay(1 << 16))


def overlap(shape, step, kind=INT16):
    return model(signal("OverlapAdd", [sound(*shape)], [sound(step)], T=kind, frame_step=step))


case("signal_overlap_add/no_frames", overlap([8], 4))
case("signal_overlap_add/step_too_long", overlap([1, 4], 5))
