tiny_model::tiny_model!("int16_with_zero_point.tflite");

fn main() {}
