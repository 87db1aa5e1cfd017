tiny_model::tiny_model!("too_large.tflite");

fn main() {}
