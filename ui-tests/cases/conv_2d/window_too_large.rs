tiny_model::tiny_model!("window_too_large.tflite");

fn main() {}
