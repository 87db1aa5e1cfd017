tiny_model::tiny_model!("too_long.tflite");

fn main() {}
