tiny_model::tiny_model!("fused_tanh.tflite");

fn main() {}
