tiny_model::tiny_model!("unknown_operator.tflite");

fn main() {}
