tiny_model::tiny_model!("padding_with_zero_point.tflite");

fn main() {}
