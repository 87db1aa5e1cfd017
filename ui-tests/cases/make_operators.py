"""The models of mistakes that one operator alone knows; `make.py` runs this too."""

import numpy as np
from mistake import case, layer, on_operator, on_options, on_quantization, on_tensor
from builders import binary, convolution, fully_connected, moved, single, unary
from golden import Model, Op, Tensor, constant, integers, like, random, schema


def X(*shape):
    """A small tensor."""
    return Tensor(list(shape or (1, 4)), 0.05, -3)


def wide(scale=0.0001, zero_point=0, shape=(1, 4)):
    return Tensor(list(shape), scale, zero_point, "int16")


def truth(*shape):
    return Tensor(list(shape), dtype="bool")


def taken(kind, shape, operands, y_shape, options=None):
    """An operator on one tensor that is computed; the output is of its type."""
    x = moved(shape)
    return single(Op(kind, [x, *operands], [like(x, list(y_shape))], options))


def wide_layer(bias):
    """A layer on int16 whose one bias is given, in 64 bits."""
    x, y = wide(), wide(shape=(1, 1))
    weights = constant(np.ones((1, 4)), 0.1)
    operands = [x, weights, constant([bias], dtype="int64")]
    return single(Op("FULLY_CONNECTED", operands, [y], schema.FullyConnectedOptionsT()))


case("fully_connected/int16_with_zero_point", wide_layer(0), on_quantization(0, zeroPoint=[3]))
case("fully_connected/int16_bias_too_large", wide_layer(1 << 60))
case("fully_connected/int16_output_too_fine", wide_layer(1 << 40), on_quantization(0, scale=[1.0]), on_quantization(1, scale=[1e-7]))


def uint8(*shape):
    return Tensor(list(shape), 0.05, 3, "uint8")


def groups_of_uint8():
    weights = constant(np.ones((4, 1, 1, 2)), 0.1, 3, "uint8")
    options = schema.Conv2DOptionsT(strideH=1, strideW=1, dilationHFactor=1, dilationWFactor=1)
    return single(Op("CONV_2D", [uint8(1, 2, 2, 4), weights], [uint8(1, 2, 2, 4)], options))


case("conv_2d/uint8_groups", groups_of_uint8())
case("hard_swish/uint8", unary("HARD_SWISH", uint8(1, 4), uint8(1, 4)))
case(
    "fully_connected/int4_weights_with_scale_per_output",
    layer(),
    on_tensor(2, type=schema.TensorType.INT4),
    on_quantization(2, scale=[0.1, 0.2], zeroPoint=[0, 0], quantizedDimension=0),
    lambda tables: setattr(tables.buffers[1], "data", tables.buffers[1].data[:4]),
)
case("while/a_loop", unary("WHILE", X(), X(), schema.WhileOptionsT()))
case("where/number_of_elements_unknown", unary("WHERE", truth(4), Tensor([4, 1], dtype="int64")))


# ---------------------------------------------------------------- arithmetic


def matrices(a, b, y, ty="int8", scales=(0.05, 0.05, 0.05)):
    operands = [Tensor(list(shape), scale, 0, ty) for shape, scale in zip((a, b, y), scales)]
    options = schema.BatchMatMulOptionsT()
    return Model(operands[:2], operands[2:], [Op("BATCH_MATMUL", operands[:2], operands[2:], options)])


def div(scales):
    left, right, y = (Tensor([1, 4], scale) for scale in scales)
    return binary("DIV", left, right, y, schema.DivOptionsT())


def select(*shapes):
    operands = [truth(*shapes[0]), moved(shapes[1]), moved(shapes[2])]
    y = like(operands[1], [1, 4])
    return Model(operands, [y], [Op("SELECT_V2", operands, [y], schema.SelectV2OptionsT())])


def sum_of(a, b):
    y = X()
    return Model([a, b], [y], [Op("ADD_N", [a, b], [y], schema.AddNOptionsT())])


NORMALIZED = (lambda *shape: Tensor(list(shape), 1 / 128, 0))
LOGARITHMS = (lambda *shape: Tensor(list(shape), 16 / 256, 127))

case("add_n/different_scales", sum_of(X(), Tensor([1, 4], 0.1, -3)))
case("batch_matmul/shapes_that_do_not_fit", matrices([2, 3], [4, 5], [2, 5]))
case("batch_matmul/int16_output_too_fine", matrices([2, 3], [3, 5], [2, 5], "int16", (1.0, 1.0, 1e-3)))
case("cumsum/two_axes", taken("CUMSUM", [2, 4], [integers(0, 1)], [2, 4], schema.CumsumOptionsT()))
case("div/output_too_fine", div((1.0, 1e-3, 1e-8)))
case("hard_swish/output_too_fine", unary("HARD_SWISH", X(), Tensor([1, 4], 1e-6)))
case("l2_normalization/fused_activation", unary("L2_NORMALIZATION", X(), NORMALIZED(1, 4), schema.L2NormOptionsT(fusedActivationFunction=1)))
case("l2_normalization/row_too_long", unary("L2_NORMALIZATION", X(1, 32769), NORMALIZED(1, 32769), schema.L2NormOptionsT()))
case("less/scale_of_one_and_more", binary("LESS", Tensor([1, 4], 2.0), X(), truth(1, 4), schema.LessOptionsT()))
case("log_softmax/too_many_classes", unary("LOG_SOFTMAX", X(1, 4096), LOGARITHMS(1, 4096), schema.LogSoftmaxOptionsT()))
case("log_softmax/scale_too_large", unary("LOG_SOFTMAX", Tensor([1, 4], 32.0), LOGARITHMS(1, 4), schema.LogSoftmaxOptionsT()))
case("rsqrt/output_too_fine", unary("RSQRT", Tensor([1, 4], 1e-30), Tensor([1, 4], 1e-30)))
case("select_v2/shapes_that_do_not_fit", select((1, 4), (1, 3), (1, 4)))


# ---------------------------------------------------------------- what goes over one axis or more


def arg_max(*axes):
    x, y = X(2, 4), Tensor([2], dtype="int32")
    return single(Op("ARG_MAX", [x, integers(*axes)], [y], schema.ArgMaxOptionsT()))


def greatest(y):
    return single(Op("REDUCE_MAX", [X(2, 4), integers(1)], [y], schema.ReducerOptionsT()))


case("arg_max/two_axes", arg_max(0, 1))
case("reduce_max/rescaled", greatest(Tensor([2], 0.1, -3)))
case("reverse_v2/axes_apart", taken("REVERSE_V2", [2, 3, 4], [integers(0, 2)], [2, 3, 4]))


# ---------------------------------------------------------------- movements


def blocks(shape, block, paddings, y, zero_point=0):
    operands = [integers(*block), constant(paddings, dtype="int32")]
    model = taken("SPACE_TO_BATCH_ND", shape, operands, y, schema.SpaceToBatchNDOptionsT())
    for tensor in (*model.inputs, *model.outputs):
        tensor.zero_point = zero_point
    return model


def pictures(shape, block, crops, y):
    operands = [integers(*block), constant(crops, dtype="int32")]
    return taken("BATCH_TO_SPACE_ND", shape, operands, y, schema.BatchToSpaceNDOptionsT())


def embedding(table):
    positions, y = Tensor([2], dtype="int32"), Tensor([2, 1], 0.05)
    return Model([positions], [y], [Op("EMBEDDING_LOOKUP", [positions, constant(table, 0.05)], [y])])


def gather(shape, positions, y, **options):
    return taken("GATHER", shape, [constant(positions, dtype="int32")], y, schema.GatherOptionsT(**options))


def gather_nd(shape, positions, y):
    return taken("GATHER_ND", shape, [constant(positions, dtype="int32")], y, schema.GatherNdOptionsT())


def bilinear(shape, size, **options):
    y = [shape[0], *size[-2:], shape[3]]
    return taken("RESIZE_BILINEAR", shape, [integers(*size)], y if len(size) == 2 else shape, schema.ResizeBilinearOptionsT(**options))


def filled(shape, y):
    value, output = Tensor([], 0.05), Tensor(list(y), 0.05)
    return Model([value], [output], [Op("FILL", [integers(*shape), value], [output], schema.FillOptionsT())])


NONE = [(0, 0), (0, 0)]
case("batch_to_space_nd/uneven", pictures([3, 2, 2, 1], (2, 2), NONE, [1, 4, 4, 1]))
case("batch_to_space_nd/nothing_left", pictures([4, 1, 1, 1], (2, 2), [(1, 1), (0, 0)], [1, 1, 2, 1]))
case("broadcast_to/shape_that_does_not_fit", taken("BROADCAST_TO", [1, 4], [integers(2, 3)], [2, 3]))
case("depth_to_space/uneven", taken("DEPTH_TO_SPACE", [1, 2, 2, 3], [], [1, 4, 4, 1], schema.DepthToSpaceOptionsT(blockSize=2)))
case("embedding_lookup/table_without_rows", embedding(np.ones(4)))
case("fill/another_shape", filled((2, 2), (1, 4)))
case("gather/too_many_batch_dimensions", gather([2, 4], [[0], [1]], [2, 1, 4], axis=0, batchDims=1))
case("gather/position_outside", gather([2, 4], [0, 2], [2, 4], axis=0))
case("gather_nd/too_many_coordinates", gather_nd([2, 4], [[0, 0, 0]], [1]))
case("gather_nd/position_outside", gather_nd([2, 4], [[0, 4]], [1]))
case("mirror_pad/larger_than_the_input", taken("MIRROR_PAD", [1, 4], [constant([(0, 0), (9, 0)], dtype="int32")], [1, 13], schema.MirrorPadOptionsT()))
case("resize_bilinear/one_size", bilinear([1, 2, 2, 1], [4]))
case("resize_bilinear/aligned_corners_and_half_pixels", bilinear([1, 2, 2, 1], [4, 4], alignCorners=True, halfPixelCenters=True))
case("resize_bilinear/picture_too_large", bilinear([1, 40000, 1, 1], [4, 4]))
case("space_to_batch_nd/one_dimension", blocks([4], (2, 2), NONE, [4]))
case("space_to_batch_nd/one_block_size", blocks([1, 4, 4, 1], (2,), NONE, [4, 2, 2, 1]))
case("space_to_batch_nd/padding_with_zero_point", blocks([1, 3, 4, 1], (2, 2), [(1, 0), (0, 0)], [4, 2, 2, 1], 5))
case("space_to_depth/uneven", taken("SPACE_TO_DEPTH", [1, 3, 4, 1], [], [1, 1, 2, 4], schema.SpaceToDepthOptionsT(blockSize=2)))
case("tile/multiple_of_zero", taken("TILE", [1, 4], [integers(1, 0)], [1, 4], schema.TileOptionsT()))
case("zeros_like/strings", unary("ZEROS_LIKE", X(), X(), schema.ZerosLikeOptionsT()), on_tensor(0, type=schema.TensorType.STRING), on_tensor(1, type=schema.TensorType.STRING))


# ---------------------------------------------------------------- TRANSPOSE_CONV


def transposed(shape=(1, 4, 4, 2), **options):
    x, weights = X(1, 4, 4, 3), constant(np.ones((2, 3, 3, 3)), 0.1)
    settings = schema.TransposeConvOptionsT(**{"strideH": 1, "strideW": 1, "padding": schema.Padding.SAME, **options})
    y = X(1, 4, 4, 2)
    return Model([x], [y], [Op("TRANSPOSE_CONV", [integers(*shape), weights, x], [y], settings)])


case("transpose_conv/channels_that_differ", transposed(), on_tensor(0, shape=[1, 4, 4, 4]))
case("transpose_conv/shapes_that_differ", transposed((1, 4, 5, 2)))
case("transpose_conv/unknown_padding", transposed(padding=7))


# ---------------------------------------------------------------- branches, older files and floats


def choice():
    """One of two graphs, by a condition."""
    condition, x = truth(), X()
    options = schema.IfOptionsT(thenSubgraphIndex=0, elseSubgraphIndex=0)
    return Model([condition, x], [y := X()], [Op("IF", [condition, x], [y], options)])


case("operator/floating_point_only", unary("EXP", X(), X(), schema.ExpOptionsT()))
case("operator/branch", choice())
