tiny_model::tiny_model!("variable_tensor.tflite");

fn main() {}
