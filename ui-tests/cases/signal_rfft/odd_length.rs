tiny_model::tiny_model!("odd_length.tflite");

fn main() {}
