tiny_model::tiny_model!("too_many_outputs.tflite");

fn main() {}
