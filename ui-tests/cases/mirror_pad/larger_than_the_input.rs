tiny_model::tiny_model!("larger_than_the_input.tflite");

fn main() {}
