tiny_model::tiny_model!("scale_too_small.tflite");

fn main() {}
