tiny_model::tiny_model!("onnx.tflite");

fn main() {}
