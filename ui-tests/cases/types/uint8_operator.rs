tiny_model::tiny_model!("uint8_operator.tflite");

fn main() {}
