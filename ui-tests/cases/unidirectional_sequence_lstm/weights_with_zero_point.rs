tiny_model::tiny_model!("weights_with_zero_point.tflite");

fn main() {}
