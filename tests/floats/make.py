"""Float models and their outputs by LiteRT's reference kernels: golden files of the float executor.

For each operator some of the committed int8 cases, made float; for hybrid models and models with 16-bit
weights of the zoo, the outputs of the same model with all weights made 32-bit floats first, which is what
the quantizer starts from.
"""

import os
import sys
from pathlib import Path

import flatbuffers
import folded
import numpy as np
from ai_edge_litert import interpreter as litert
from ai_edge_litert import schema_py_generated as schema

HERE = Path(__file__).resolve().parent
OPS = HERE.parent / "ops"
ZOO = Path(os.environ.get("TINY_MODEL_ZOO", HERE.parents[2] / "shared/models"))
PER_OPERATOR = 4
# What keeps state is refused while it is float.
LEFT_OUT = {"call_once", "assign_variable", "read_variable", "ring", "svdf", "var_handle", "whole"}
KINDS = litert.OpResolverType
VECTORS = 4
T = schema.TensorType
B = schema.BuiltinOperator
TYPES = {
    T.INT8: np.int8,
    T.UINT8: np.uint8,
    T.INT16: np.int16,
    T.INT32: np.int32,
    T.INT64: np.int64,
    T.FLOAT16: np.float16,
    T.FLOAT32: np.float32,
}
# Input 2 or 3 is a bias on the scale of the products.
BIASES = {B.CONV_2D: (2, 0, 1), B.DEPTHWISE_CONV_2D: (2, 0, 1), B.FULLY_CONNECTED: (2, 0, 1), B.TRANSPOSE_CONV: (3, 2, 1)}


def scales(tensor):
    q = tensor.quantization
    if q is None or q.scale is None or len(q.scale) == 0:
        return None
    zero_points = np.zeros(len(q.scale)) if q.zeroPoint is None or len(q.zeroPoint) == 0 else np.array(q.zeroPoint)
    return np.array(q.scale, np.float32), zero_points, q.quantizedDimension


def codes(model):
    return [max(c.builtinCode, c.deprecatedBuiltinCode) for c in model.operatorCodes]


def to_float(model):
    """Makes all quantized tensors 32-bit floats; DEQUANTIZE of constants vanishes."""
    graph = model.subgraphs[0]
    kinds = codes(model)
    for operator in graph.operators:
        bias = BIASES.get(kinds[operator.opcodeIndex])
        if bias and len(operator.inputs) > bias[0] and operator.inputs[bias[0]] >= 0:
            b, x, w = (graph.tensors[operator.inputs[i]] for i in bias)
            if b.type != T.FLOAT32 and scales(x) and scales(w):
                q = schema.QuantizationParametersT()
                q.scale = list(scales(x)[0][0] * scales(w)[0])
                q.zeroPoint = [0] * len(q.scale)
                q.quantizedDimension = 0
                b.quantization = q
    for tensor in graph.tensors:
        data = model.buffers[tensor.buffer].data
        known = scales(tensor)
        if tensor.type == T.FLOAT16:
            values = np.frombuffer(bytes(data), np.float16).astype(np.float32)
        elif known and tensor.type in TYPES and tensor.type != T.FLOAT32:
            if data is None or len(data) == 0:
                tensor.type, tensor.quantization = T.FLOAT32, None
                continue
            scale, zero_point, dimension = known
            values = np.frombuffer(bytes(data), TYPES[tensor.type]).astype(np.float32).reshape(tensor.shape)
            if len(scale) > 1:
                around = [1] * values.ndim
                around[dimension if values.ndim > 1 else 0] = -1
                scale, zero_point = scale.reshape(around), zero_point.reshape(around)
            values = ((values - zero_point) * scale).astype(np.float32)
        else:
            continue
        buffer = schema.BufferT()
        buffer.data = list(np.ascontiguousarray(values).tobytes())
        model.buffers.append(buffer)
        tensor.buffer = len(model.buffers) - 1
        tensor.type, tensor.quantization = T.FLOAT32, None
    kept = []
    for operator in graph.operators:
        if kinds[operator.opcodeIndex] == B.DEQUANTIZE:
            source, target = graph.tensors[operator.inputs[0]], graph.tensors[operator.outputs[0]]
            target.buffer = source.buffer
        else:
            kept.append(operator)
    graph.operators = kept


def load(path):
    return schema.ModelT.InitFromPackedBuf(path.read_bytes(), 0)


def pack(model):
    builder = flatbuffers.Builder(1 << 20)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def outputs(content, inputs):
    """One list of outputs per input, all of them one sequence."""
    try:
        net = litert.Interpreter(model_content=content, experimental_op_resolver_type=KINDS.BUILTIN_REF)
        net.allocate_tensors()
    except (RuntimeError, ValueError):  # the reference has no ELU
        net = litert.Interpreter(model_content=content, experimental_op_resolver_type=KINDS.BUILTIN_WITHOUT_DEFAULT_DELEGATES)
        net.allocate_tensors()
    results = []
    for at in range(len(inputs[0])):
        for detail, values in zip(net.get_input_details(), inputs):
            net.set_tensor(detail["index"], values[at].astype(detail["dtype"]).reshape(detail["shape"]))
        net.invoke()
        results.append([net.get_tensor(d["index"]).copy() for d in net.get_output_details()])
    return [np.stack(column) for column in zip(*results)]


def write(path, inputs, results):
    arrays = {f"input_{i}": x for i, x in enumerate(inputs)}
    arrays |= {f"output_{i}": y for i, y in enumerate(results)}
    np.savez_compressed(path, **arrays)


def operator_case(path):
    """Whether a float form of an int8 case was written."""
    model = load(path)
    graph = model.subgraphs[0]
    if len(model.subgraphs) != 1 or any(t.type in (T.INT16, T.UINT8, T.INT4) for t in graph.tensors):
        return False
    if not any(scales(t) for t in graph.tensors):
        return False
    golden = np.load(path.with_suffix(".npz"))
    inputs = []
    for at, index in enumerate(graph.inputs):
        values, known = golden[f"input_{at}"][:VECTORS], scales(graph.tensors[index])
        inputs.append(((values - known[1]) * known[0]).astype(np.float32) if known else values)
    if not inputs:
        return False
    to_float(model)
    kinds = codes(model)
    if any(kinds[o.opcodeIndex] in (B.QUANTIZE, B.DEQUANTIZE) for o in graph.operators):
        return False
    content = pack(model)
    try:
        results = outputs(content, inputs)
    except (RuntimeError, ValueError) as error:
        print(f"{path.parent.name}/{path.stem}: {str(error).splitlines()[0]}")
        return False
    if not all(np.isfinite(y).all() for y in results):
        return False
    name = f"{path.parent.name}__{path.stem}"
    (HERE / f"{name}.tflite").write_bytes(content)
    write(HERE / f"{name}.npz", inputs, results)
    return True


def folded_cases():
    """Models of which operators vanish while quantizing."""
    for name, model in folded.models().items():
        content = pack(model)
        shape = model.subgraphs[0].tensors[0].shape
        inputs = [np.random.default_rng(len(name)).uniform(-2, 2, [VECTORS, *shape]).astype(np.float32)]
        (HERE / f"folded__{name}.tflite").write_bytes(content)
        write(HERE / f"folded__{name}.npz", inputs, outputs(content, inputs))


def main():
    for old in list(HERE.glob("*.tflite")) + list(HERE.glob("*.npz")):
        old.unlink()
    for folder in sorted(p for p in OPS.iterdir() if p.is_dir() and p.name not in LEFT_OUT):
        made = 0
        for path in sorted(folder.glob("*.tflite"), key=lambda p: (p.stem.startswith("int16"), len(p.stem), p.stem)):
            if made < PER_OPERATOR and path.with_suffix(".npz").exists():
                made += operator_case(path)
        print(f"{folder.name}: {made}")
    folded_cases()
    for name in ("mlonmcu_catdog_hybrid", "mlperf_kws_dscnn_float32", "mlperf_toycar_hybrid", "tflite2onnx_conv_float16w"):
        path = ZOO / f"{name}.tflite"
        model = load(path)
        to_float(model)
        golden = np.load(path.with_suffix(".npz"))
        inputs = [golden[f"input_{i}"] for i in range(len(model.subgraphs[0].inputs))]
        write(HERE / f"{name}.npz", inputs[:0], outputs(pack(model), inputs))


if __name__ == "__main__":
    sys.exit(main())
