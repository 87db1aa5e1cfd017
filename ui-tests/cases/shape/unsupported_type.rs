tiny_model::tiny_model!("unsupported_type.tflite");

fn main() {}
