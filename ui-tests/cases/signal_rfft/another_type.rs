tiny_model::tiny_model!("another_type.tflite");

fn main() {}
