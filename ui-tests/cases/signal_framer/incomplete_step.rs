tiny_model::tiny_model!("incomplete_step.tflite");

fn main() {}
