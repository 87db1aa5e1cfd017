tiny_model::tiny_model!("int16_bias_too_large.tflite");

fn main() {}
