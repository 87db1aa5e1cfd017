tiny_model::tiny_model!("different_scales.tflite");

fn main() {}
