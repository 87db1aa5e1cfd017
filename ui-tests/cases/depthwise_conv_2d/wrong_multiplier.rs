tiny_model::tiny_model!("wrong_multiplier.tflite");

fn main() {}
