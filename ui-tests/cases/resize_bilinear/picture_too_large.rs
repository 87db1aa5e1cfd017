tiny_model::tiny_model!("picture_too_large.tflite");

fn main() {}
