tiny_model::tiny_model!("empty.tflite");

fn main() {}
