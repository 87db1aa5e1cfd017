tiny_model::tiny_model!("bias_of_another_scale.tflite");

fn main() {}
