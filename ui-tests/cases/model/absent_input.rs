tiny_model::tiny_model!("absent_input.tflite");

fn main() {}
