tiny_model::tiny_model!("uint8.tflite");

fn main() {}
