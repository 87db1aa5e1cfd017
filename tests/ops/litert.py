"""Answers of LiteRT's reference kernels, for what TensorFlow Lite Micro has no kernel for.

`pip install ai-edge-litert==2.3.0`; a make.py that imports this writes `golden.run = litert.run`.
"""

import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType


def run(file, inputs, outputs):
    """What the reference kernels of LiteRT answer to each vector: one stack per output."""
    interpreter = Interpreter(model_content=file, experimental_op_resolver_type=OpResolverType.BUILTIN_REF)
    interpreter.allocate_tensors()
    answers = []
    for vector in zip(*inputs):
        for details, value in zip(interpreter.get_input_details(), vector):
            interpreter.set_tensor(details["index"], value)
        interpreter.invoke()
        answers.append([interpreter.get_tensor(details["index"]) for details in interpreter.get_output_details()])
    return [np.stack(answer) for answer in zip(*answers)]
