tiny_model::tiny_model!("weights_outside.tflite");

fn main() {}
