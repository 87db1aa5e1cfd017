tiny_model::tiny_model!("multiple_of_zero.tflite");

fn main() {}
