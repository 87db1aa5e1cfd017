import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
import litert
from builders import pool_cases
from golden import Cases

case = pool_cases(Cases(__file__), "AVERAGE_POOL_2D")

# Halves are rounded away from zero, and the border does not count: windows of even area and of
# negative sums tell that from other roundings.
case("valid", (1, 6, 4, 3), (2, 2), (2, 2), padding="VALID")
case("valid_overlapping", (1, 6, 7, 3), (3, 3), (1, 1), padding="VALID")
case("valid_window_2x3_stride_3_1", (1, 8, 7, 2), (2, 3), (3, 1), padding="VALID")
case("valid_rest_left_over", (1, 7, 5, 2), (2, 2), (2, 2), padding="VALID")
case("valid_stride_over_window", (1, 8, 9, 2), (2, 1), (3, 2), padding="VALID")
case("same_over_border", (1, 5, 7, 3), (3, 3), (2, 2))
case("same_stride_1", (1, 4, 5, 2), (3, 3), (1, 1))
case("same_even_window", (1, 5, 6, 2), (2, 2), (1, 1))
case("same_window_4x2", (1, 7, 6, 2), (4, 2), (2, 1))
case("same_window_over_input", (1, 3, 2, 3), (5, 7), (1, 1))
case("global", (1, 5, 4, 7), (5, 4), (1, 1), padding="VALID")
case("global_stride_as_window", (1, 4, 6, 5), (4, 6), (4, 6), padding="VALID")
case("global_25x5", (1, 25, 5, 4), (25, 5), (25, 5), padding="VALID")
case("global_16x16", (1, 16, 16, 3), (16, 16), (16, 16), padding="VALID")
case("global_16x17", (1, 16, 17, 3), (16, 17), (16, 17), padding="VALID")
case("window_1x1", (1, 4, 3, 2), (1, 1), (1, 1), padding="VALID")
case("one_channel", (1, 6, 6, 1), (2, 2), (2, 2), padding="VALID")
case("17_channels", (1, 4, 5, 17), (3, 2), (2, 2))
case("batch_2", (2, 5, 4, 3), (2, 2), (2, 2))
case("relu", (1, 6, 4, 3), (2, 2), (2, 2), padding="VALID", activation="RELU", zero_point=-60)
case("relu6", (1, 6, 4, 3), (2, 2), (2, 2), padding="VALID", activation="RELU6", scale=0.07, zero_point=-40)
case("relu_n1_to_1", (1, 6, 4, 3), (2, 2), (2, 2), padding="VALID", activation="RELU_N1_TO_1", scale=0.014)
case("zero_point_lowest", (1, 5, 4, 3), (2, 2), (1, 1), zero_point=-128)
case("zero_point_highest", (1, 5, 4, 3), (2, 2), (1, 1), zero_point=127)
case("halves", (1, 16, 16, 1), (1, 2), (1, 2), padding="VALID", between=(-4, 4))
case("height_1", (1, 1, 12, 3), (1, 4), (1, 2), padding="VALID")
case("int16", (1, 5, 6, 3), (2, 3), (2, 2), dtype="int16", zero_point=0, scale=0.001)

# uint8, of which these answers are LiteRT's.
UINT8 = dict(dtype="uint8", zero_point=131, oracle=litert.run)
case("uint8_valid", (1, 6, 4, 3), (2, 2), (2, 2), padding="VALID", **UINT8)
case("uint8_same_over_border", (1, 5, 7, 3), (3, 3), (2, 2), **UINT8)
case("uint8_global", (1, 5, 4, 7), (5, 4), (1, 1), padding="VALID", **UINT8)
case("uint8_relu6", (1, 6, 4, 3), (2, 2), (2, 2), activation="RELU6", scale=0.07, **UINT8)
