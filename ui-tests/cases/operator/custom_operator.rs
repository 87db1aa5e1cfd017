tiny_model::tiny_model!("custom_operator.tflite");

fn main() {}
