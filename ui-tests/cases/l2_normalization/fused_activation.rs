tiny_model::tiny_model!("fused_activation.tflite");

fn main() {}
