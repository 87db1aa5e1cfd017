tiny_model::tiny_model!("absent_code.tflite");

fn main() {}
