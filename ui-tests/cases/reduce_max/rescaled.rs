tiny_model::tiny_model!("rescaled.tflite");

fn main() {}
