tiny_model::tiny_model!("too_many_values.tflite");

fn main() {}
