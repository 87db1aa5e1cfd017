tiny_model::tiny_model!("after_others.tflite");

fn main() {}
