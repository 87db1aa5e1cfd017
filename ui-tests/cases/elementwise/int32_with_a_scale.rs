tiny_model::tiny_model!("int32_with_a_scale.tflite");

fn main() {}
