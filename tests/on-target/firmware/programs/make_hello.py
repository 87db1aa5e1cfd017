#!/usr/bin/env python3
"""Writes hello.input, two vectors of 64 int8, and hello.expected, their dot products with hello.rs's weights."""
import pathlib
import random

here = pathlib.Path(__file__).parent
wrap = lambda value: (value + 128) % 256 - 128
weights = [wrap(37 * i) for i in range(64)]
rng = random.Random(64)
vectors = [[rng.randint(-128, 127) for _ in weights], [-128 for _ in weights]]

(here / "hello.input").write_bytes(b"".join(bytes(value & 255 for value in vector) for vector in vectors))
sums = [sum(w * x for w, x in zip(weights, vector)) for vector in vectors]
lines = [f"dot {total.to_bytes(4, 'little', signed=True).hex()}\n" for total in sums]
(here / "hello.expected").write_text("".join(lines))
