tiny_model::tiny_model!("bias_of_wrong_length.tflite");

fn main() {}
