tiny_model::tiny_model!("branch.tflite");

fn main() {}
