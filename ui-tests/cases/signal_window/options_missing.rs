tiny_model::tiny_model!("options_missing.tflite");

fn main() {}
