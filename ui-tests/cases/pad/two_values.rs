tiny_model::tiny_model!("two_values.tflite");

fn main() {}
