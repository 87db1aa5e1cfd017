tiny_model::tiny_model!("fused_relu.tflite");

fn main() {}
