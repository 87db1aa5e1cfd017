tiny_model::tiny_model!("unknown_type.tflite");

fn main() {}
