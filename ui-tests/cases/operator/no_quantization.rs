tiny_model::tiny_model!("no_quantization.tflite");

fn main() {}
