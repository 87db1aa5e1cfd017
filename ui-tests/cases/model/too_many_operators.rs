tiny_model::tiny_model!("too_many_operators.tflite");

fn main() {}
