tiny_model::tiny_model!("constant_as_input.tflite");

fn main() {}
