tiny_model::tiny_model!("int16_scale_too_large.tflite");

fn main() {}
