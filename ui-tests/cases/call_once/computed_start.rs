tiny_model::tiny_model!("computed_start.tflite");

fn main() {}
