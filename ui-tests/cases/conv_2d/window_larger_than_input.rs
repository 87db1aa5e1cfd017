tiny_model::tiny_model!("window_larger_than_input.tflite");

fn main() {}
