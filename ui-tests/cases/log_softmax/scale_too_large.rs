tiny_model::tiny_model!("scale_too_large.tflite");

fn main() {}
