tiny_model::tiny_model!("scalar.tflite");

fn main() {}
