tiny_model::tiny_model!("mixed_types.tflite");

fn main() {}
