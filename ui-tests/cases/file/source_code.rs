tiny_model::tiny_model!("source_code.tflite");

fn main() {}
