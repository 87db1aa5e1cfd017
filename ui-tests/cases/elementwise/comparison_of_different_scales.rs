tiny_model::tiny_model!("comparison_of_different_scales.tflite");

fn main() {}
