tiny_model::tiny_model!("uint8_rescaled.tflite");

fn main() {}
