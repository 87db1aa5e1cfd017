import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
import litert
from builders import ACTIVATION, random_constant
from golden import Cases, Model, Op, Tensor, like, random, schema

cases = Cases(__file__)


def concatenation(inputs, axis):
    shape = list(inputs[0].shape)
    shape[axis] = sum(t.shape[axis] for t in inputs)
    y = like(inputs[0], shape)
    options = schema.ConcatenationOptionsT(axis=axis, fusedActivationFunction=ACTIVATION["NONE"])
    fed = [t for t in dict.fromkeys(inputs) if t.data is None]
    return Model(fed, [y], [Op("CONCATENATION", inputs, [y], options)])


def case(name, axis, *shapes, scale=0.05, zero_point=-3, dtype="int8"):
    inputs = [Tensor(list(shape), scale, zero_point, dtype) for shape in shapes]
    cases.write(name, concatenation(inputs, axis))


case("channels", 3, (1, 3, 4, 2), (1, 3, 4, 5))
case("channels_negative_axis", -1, (1, 3, 4, 2), (1, 3, 4, 5))
case("width", 2, (1, 3, 2, 3), (1, 3, 4, 3))
case("height", 1, (1, 1, 4, 3), (1, 3, 4, 3))
case("height_negative_axis", -3, (1, 1, 4, 3), (1, 3, 4, 3))
case("batch", 0, (1, 2, 4, 3), (2, 2, 4, 3))
case("three", 3, (1, 3, 4, 1), (1, 3, 4, 2), (1, 3, 4, 3))
case("five", 2, (1, 2, 1, 3), (1, 2, 2, 3), (1, 2, 3, 3), (1, 2, 1, 3), (1, 2, 5, 3))
case("one", 1, (1, 5, 4))
case("rank_1", 0, (5,), (8,))
case("rank_2_rows", 0, (2, 5), (3, 5))
case("rank_2_columns", 1, (3, 2), (3, 6))
case("rank_3_middle", 1, (2, 3, 4), (2, 1, 4))
case("int16", -1, (1, 3, 4, 2), (1, 3, 4, 5), zero_point=0, dtype="int16")

x = Tensor([1, 3, 4, 2], 0.05, -3)
other = Tensor([1, 3, 4, 3], 0.05, -3)
cases.write("input_twice", concatenation([x, x], 3))
cases.write("input_twice_around_another", concatenation([x, other, x], 3))
table = random_constant(random("constant"), (1, 3, 4, 3), 0.05, -3)
cases.write("constant_last", concatenation([x, table], -1))
cases.write("constant_first", concatenation([table, x], -1))

# uint8, where inputs are brought to the scale of the output; these answers are LiteRT's.
for name, axis, scales in [("uint8", 3, [0.05, 0.05]), ("uint8_rescaled", 3, [0.05, 0.03]), ("uint8_rescaled_rows", 1, [0.02, 0.07])]:
    inputs = [Tensor([1, 3, 4, 2], scale, 125 if scale == 0.05 else 90, "uint8") for scale in scales]
    model = concatenation(inputs, axis)
    model.outputs[0].scale, model.outputs[0].zero_point = 0.05, 125
    cases.write(name, model, oracle=litert.run)
