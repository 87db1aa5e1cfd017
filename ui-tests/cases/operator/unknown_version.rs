tiny_model::tiny_model!("unknown_version.tflite");

fn main() {}
