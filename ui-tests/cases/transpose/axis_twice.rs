tiny_model::tiny_model!("axis_twice.tflite");

fn main() {}
