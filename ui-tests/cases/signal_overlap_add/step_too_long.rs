tiny_model::tiny_model!("step_too_long.tflite");

fn main() {}
