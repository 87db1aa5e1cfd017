tiny_model::tiny_model!("int32_with_an_activation.tflite");

fn main() {}
