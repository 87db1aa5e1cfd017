tiny_model::tiny_model!("box_outside.tflite");

fn main() {}
