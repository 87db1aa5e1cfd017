tiny_model::tiny_model!("position_outside.tflite");

fn main() {}
